"""Makes a recording from the exchange's public archives of daily candles."""

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import httpx

from markets.errors import ExchangeUnavailableError, RecordingError
from markets.types import Symbol, Venue

PUBLIC_ARCHIVE: Final = "https://data.binance.vision"
_FOLDERS: Final = {
    Venue.BINANCE_USDM: "data/futures/um/daily/klines",
    Venue.BINANCE_SPOT: "data/spot/daily/klines",
}
_AT_ONCE: Final = 8
_TRIES: Final = 4
_TIMEOUT_S: Final = 30.0

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """One day of one symbol; `path` is below the archive's address."""

    symbol: Symbol
    day: date
    path: str

    @property
    def name(self) -> str:
        """Return the file's own name."""
        return self.path.rpartition("/")[2]


@dataclass(slots=True)
class Downloaded:
    """What became of the files: fetched, there before, or not in the archive."""

    fetched: int = 0
    kept: int = 0
    absent: int = 0

    @property
    def files(self) -> int:
        """Return how many files the recording has."""
        return self.fetched + self.kept


def archive_files(
    venue: Venue, symbols: Iterable[Symbol], *, first_day: date, last_day: date
) -> list[ArchiveFile]:
    """
    Return the archive's 1m files of some symbols and days, both days included.

    Raises
    ------
    ValueError
        If the last day lies before the first.

    References
    ----------
    The layout is documented at https://github.com/binance/binance-public-data.
    """
    if last_day < first_day:
        raise ValueError(
            f"The last day, {last_day}, lies before the first, {first_day}."
        )
    days = [
        first_day + timedelta(days=number)
        for number in range((last_day - first_day).days + 1)
    ]
    folder = _FOLDERS[venue]
    return [
        ArchiveFile(symbol, day, f"{folder}/{symbol}/1m/{symbol}-1m-{day}.zip")
        for symbol in symbols
        for day in days
    ]


async def download(
    files: Sequence[ArchiveFile],
    folder: Path,
    *,
    base_url: str = PUBLIC_ARCHIVE,
    on_progress: Progress = lambda _done, _total: None,
) -> Downloaded:
    """
    Fetch archive files into a folder; those that are there and whole are kept.

    A file appears under its name only when its SHA-256 is the archive's, so an
    interrupted download is continued by calling again.

    Raises
    ------
    ExchangeUnavailableError
        If the archive cannot be reached after several tries.
    RecordingError
        If a file does not match its checksum, also when fetched anew.
    """
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    result = Downloaded()
    gate = asyncio.Semaphore(_AT_ONCE)
    done = 0

    async with httpx.AsyncClient(base_url=base_url, timeout=_TIMEOUT_S) as client:

        async def one(file: ArchiveFile) -> None:
            nonlocal done
            async with gate:
                await _fetch_file(client, file, folder, result)
            done += 1
            on_progress(done, len(files))

        await asyncio.gather(*map(one, files))
    return result


async def _fetch_file(
    client: httpx.AsyncClient, file: ArchiveFile, folder: Path, result: Downloaded
) -> None:
    checksum = await _get(client, f"{file.path}.CHECKSUM")
    if checksum is None:
        result.absent += 1
        return
    expected = checksum.decode("ascii", "replace").split(maxsplit=1)[0]
    path = folder / file.name
    if path.exists() and _sha256(path.read_bytes()) == expected:
        result.kept += 1
        return
    content = await _get(client, file.path)
    if content is None or _sha256(content) != expected:
        raise RecordingError(
            f"{file.name} does not match its checksum {expected}; "
            "download again, the archive may just have changed it."
        )
    part = path.with_suffix(".part")
    part.write_bytes(content)
    part.replace(path)
    result.fetched += 1


async def _get(client: httpx.AsyncClient, path: str) -> bytes | None:
    """Return the content, None where the archive has no such file."""
    problem = ""
    for attempt in range(_TRIES):
        if attempt:
            await asyncio.sleep(0.25 * 2**attempt)
        try:
            answer = await client.get(path)
        except httpx.TransportError as error:
            problem = str(error) or type(error).__name__
            continue
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        if answer.is_success:
            return answer.content
        problem = f"HTTP {answer.status_code}"
    raise ExchangeUnavailableError(
        f"{path} cannot be fetched from {client.base_url}: {problem}."
    )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
