import hashlib
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from aiohttp import web
from django.core.management import CommandError, call_command

from markets.errors import ExchangeUnavailableError, RecordingError
from markets.simulator.archive import ArchiveFile, archive_files, download
from markets.types import Symbol, Venue

CONTENT = b"not really a zip, but the archive says nothing of that"


class Archive:
    """A small archive on loopback, with files, checksums and faults."""

    def __init__(self) -> None:
        self.url = ""
        self.files: dict[str, bytes] = {}
        self.checksums: dict[str, str] = {}
        self.asked: list[str] = []
        self.failures = 0

    def add(self, file: ArchiveFile, content: bytes = CONTENT) -> None:
        self.files[f"/{file.path}"] = content
        self.checksums[f"/{file.path}.CHECKSUM"] = hashlib.sha256(content).hexdigest()

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        if self.failures:
            self.failures -= 1
            return web.Response(status=503)
        if request.path in self.checksums:
            name = request.path.rpartition("/")[2]
            return web.Response(text=f"{self.checksums[request.path]}  {name}\n")
        if request.path in self.files:
            return web.Response(body=self.files[request.path])
        return web.Response(status=404)


@pytest.fixture
async def archive() -> AsyncIterator[Archive]:
    archive = Archive()
    app = web.Application()
    app.router.add_get("/{path:.*}", archive.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    archive.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield archive
    await runner.cleanup()


def two_days(*symbols: str) -> list[ArchiveFile]:
    return archive_files(
        Venue.BINANCE_USDM,
        map(Symbol, symbols),
        first_day=date(2025, 5, 6),
        last_day=date(2025, 5, 7),
    )


def test_paths_are_those_of_the_public_archive() -> None:
    spot = archive_files(
        Venue.BINANCE_SPOT,
        [Symbol("BTCUSDT")],
        first_day=date(2025, 1, 1),
        last_day=date(2025, 1, 1),
    )

    assert [file.path for file in two_days("BTCUSDT")] == [
        "data/futures/um/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2025-05-06.zip",
        "data/futures/um/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2025-05-07.zip",
    ]
    assert [file.path for file in spot] == [
        "data/spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2025-01-01.zip"
    ]


def test_days_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(ValueError, match="lies before"):
        archive_files(
            Venue.BINANCE_USDM,
            [],
            first_day=date(2025, 5, 7),
            last_day=date(2025, 5, 6),
        )


async def test_a_second_download_fetches_only_what_is_missing(
    archive: Archive, tmp_path: Path
) -> None:
    first, second = files = two_days("BTCUSDT")
    archive.add(first)
    before = await download(files, tmp_path, base_url=archive.url)
    archive.add(second)
    archive.asked.clear()

    after = await download(files, tmp_path, base_url=archive.url)

    assert (before.fetched, before.kept, before.absent) == (1, 0, 1)
    assert (after.fetched, after.kept, after.absent) == (1, 1, 0)
    assert f"/{first.path}" not in archive.asked
    assert (tmp_path / second.name).read_bytes() == CONTENT


async def test_a_file_damaged_on_the_disk_is_fetched_again(
    archive: Archive, tmp_path: Path
) -> None:
    file, _ = files = two_days("BTCUSDT")
    archive.add(file)
    (tmp_path / file.name).write_bytes(CONTENT[:10])

    await download(files, tmp_path, base_url=archive.url)

    assert (tmp_path / file.name).read_bytes() == CONTENT


async def test_a_wrong_checksum_leaves_no_file(
    archive: Archive, tmp_path: Path
) -> None:
    file, _ = files = two_days("BTCUSDT")
    archive.add(file)
    archive.files[f"/{file.path}"] = b"something else"

    with pytest.raises(RecordingError, match=file.name):
        await download(files, tmp_path, base_url=archive.url)

    assert not (tmp_path / file.name).exists()


async def test_a_passing_server_error_is_tried_again(
    archive: Archive, tmp_path: Path
) -> None:
    file, _ = two_days("BTCUSDT")
    archive.add(file)
    archive.failures = 1

    result = await download([file], tmp_path, base_url=archive.url)

    assert result.fetched == 1


async def test_an_archive_that_stays_down_is_named(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("markets.simulator.archive._TRIES", 1)
    archive.failures = 1

    with pytest.raises(ExchangeUnavailableError, match="HTTP 503"):
        await download(two_days("BTCUSDT")[:1], tmp_path, base_url=archive.url)


def test_the_command_says_what_a_wrong_day_is(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="argument --from"):
        call_command(
            "download_market", str(tmp_path), "--symbols", "BTCUSDT", "--from", "may"
        )
