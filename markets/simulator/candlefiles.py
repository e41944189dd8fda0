"""Reads candle files: this project's layouts and the exchange's archives."""

import csv
import gzip
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import batched
from pathlib import Path
from typing import Final

import numpy as np

from markets.errors import RecordingError
from markets.simulator.decimals import parse_decimals
from markets.simulator.market import Ints
from markets.simulator.parquet import read_rows
from markets.types import MINUTE_MS

FIELDS: Final[tuple[str, ...]] = (
    "open",
    "high",
    "low",
    "close",
    "volume",
    "quote_volume",
    "trades",
    "taker_buy_base",
    "taker_buy_quote",
)
QUOTE_ASSET: Final = "USDT"
_PRICES_AND_VOLUME: Final = FIELDS[:5]
_REQUIRED: Final = ("open_time", *_PRICES_AND_VOLUME)
_SYNONYMS: Final = {
    "quote_asset_volume": "quote_volume",
    "turnover": "quote_volume",
    "count": "trades",
    "number_of_trades": "trades",
    "taker_buy_volume": "taker_buy_base",
    "taker_buy_base_asset_volume": "taker_buy_base",
    "taker_buy_quote_volume": "taker_buy_quote",
    "taker_buy_quote_asset_volume": "taker_buy_quote",
}
# The archives have no header line; this is the order of the REST kline.
_ARCHIVE: Final = (*_REQUIRED, "close_time", *FIELDS[5:], "ignore")
_PARQUET: Final = ".parquet"
_SUFFIXES: Final = (".csv", ".csv.gz", ".zip", _PARQUET)
_MICROSECONDS_FROM: Final = 10**14
_LINES_A_BATCH: Final = 50_000
_DIGITS: Final = 0
_PLACES: Final = 1


@dataclass(frozen=True, slots=True)
class RecordedPair:
    """
    The minutes of one pair, numbered from 1970, oldest first.

    `digits` and `places` have one row a minute and one column for each of
    FIELDS, as `parse_decimals` gives them.
    """

    minutes: Ints
    digits: Ints
    places: Ints


@dataclass(frozen=True, slots=True)
class RecordedCandles:
    """The pairs of a recording, by symbol, and the FIELDS that no file has."""

    pairs: dict[str, RecordedPair]
    missing: tuple[str, ...]


def read_candles(path: Path) -> RecordedCandles:
    """
    Return the one-minute candles of every USDT pair of a file or folder.

    Where a minute is there twice, the later line holds. A field that one of
    the files lacks is `missing` and zero.

    Raises
    ------
    RecordingError
        If a file is missing, of an unknown layout, damaged, or not of minutes.
    """
    batches: list[_Batch] = []
    for file in _files(path):
        try:
            batches += _batches(file)
        except (OSError, EOFError, UnicodeDecodeError, zipfile.BadZipFile) as error:
            raise RecordingError(f"{file.name} cannot be read: {error}.") from error
        except (ValueError, csv.Error) as error:
            raise RecordingError(f"{file.name} has a bad line: {error}.") from error
    pairs = _join(batches)
    if not pairs:
        raise RecordingError(f"{path} holds no candles of {QUOTE_ASSET} pairs.")
    for symbol, pair in pairs.items():
        _check_minutes(symbol, pair.minutes)
    there = set(FIELDS).intersection(*(batch.fields for batch in batches))
    lacking = [name for name in _PRICES_AND_VOLUME if name not in there]
    if lacking:
        raise RecordingError(f"{path.name} has no values of {', '.join(lacking)}.")
    return RecordedCandles(pairs, tuple(name for name in FIELDS if name not in there))


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        files = [file for file in sorted(path.rglob("*")) if _is_candles(file)]
        if not files:
            raise RecordingError(f"{path} holds no {', '.join(_SUFFIXES)} file.")
        return files
    if not path.is_file():
        raise RecordingError(f"{path} does not exist.")
    if not _is_candles(path):
        raise RecordingError(
            f"{path.name} is of an unknown kind; it must be one of "
            f"{', '.join(_SUFFIXES)}."
        )
    return [path]


def _is_candles(path: Path) -> bool:
    return path.name.endswith(_SUFFIXES) and path.is_file()


@dataclass(frozen=True, slots=True)
class _Batch:
    """Some lines of a file: whose, of when, and the fields that it has."""

    symbols: Sequence[str]
    minutes: Ints
    fields: dict[str, tuple[Ints, Ints]]


def _batches(file: Path) -> Iterator[_Batch]:
    is_parquet = file.suffix == _PARQUET
    lines = filter(None, read_rows(file) if is_parquet else csv.reader(_lines(file)))
    first = next(lines, None)
    if first is None:
        return
    names, body = _layout(file, first, lines)
    missing = [name for name in _REQUIRED if name not in names]
    if missing:
        raise RecordingError(f"{file.name} has no column {', '.join(missing)}.")
    own_symbol = file.name.split("-")[0].split(".")[0].upper()
    symbol_at = names.index("symbol") if "symbol" in names else None
    for rows in batched(body, _LINES_A_BATCH):
        kept = [
            row
            for row in rows
            if _is_wanted(own_symbol if symbol_at is None else row[symbol_at])
        ]
        if kept:
            yield _read_batch(kept, names, own_symbol)


def _is_wanted(symbol: str) -> bool:
    return symbol.endswith(QUOTE_ASSET) and symbol != QUOTE_ASSET


def _read_batch(
    rows: Sequence[Sequence[str]], names: Sequence[str], own_symbol: str
) -> _Batch:
    short = next((row for row in rows if len(row) < len(names)), None)
    if short is not None:
        raise ValueError(f"{','.join(short)} has {len(short)} of {len(names)} fields")
    column_of = dict(zip(names, zip(*rows, strict=False), strict=False))
    symbols = column_of.get("symbol", (own_symbol,) * len(rows))
    times = np.array(column_of["open_time"]).astype(np.int64)
    times = np.where(times >= _MICROSECONDS_FROM, times // 1_000, times)
    odd = np.flatnonzero(times % MINUTE_MS)
    if odd.size:
        raise ValueError(
            f"{symbols[odd[0]]} opens at {times[odd[0]]}, not at a whole minute"
        )
    fields: dict[str, tuple[Ints, Ints]] = {
        name: parse_decimals(column_of[name])
        for name in FIELDS
        if name in column_of and any(column_of[name])
    }
    return _Batch(symbols, times // MINUTE_MS, fields)


def _join(batches: Sequence[_Batch]) -> dict[str, RecordedPair]:
    symbols = [symbol for batch in batches for symbol in batch.symbols]
    if not symbols:
        return {}
    number_of = {symbol: at for at, symbol in enumerate(dict.fromkeys(symbols))}
    owners = np.array([number_of[symbol] for symbol in symbols])
    minutes = np.concatenate([batch.minutes for batch in batches])
    order = np.lexsort((minutes, owners))
    owners, minutes = owners[order], minutes[order]
    # The sort is stable: of equal keys the last one is the later line.
    is_last = np.append((np.diff(owners) != 0) | (np.diff(minutes) != 0), True)
    order = order[is_last]
    parts = [_columns(batches, part)[order] for part in (_DIGITS, _PLACES)]
    cuts = np.flatnonzero(np.diff(owners[is_last])) + 1
    split = (np.split(array, cuts) for array in (minutes[is_last], *parts))
    return {
        symbol: RecordedPair(*arrays)
        for symbol, arrays in zip(number_of, zip(*split, strict=True), strict=True)
    }


def _columns(batches: Sequence[_Batch], part: int) -> Ints:
    blocks = [
        np.zeros((len(batch.symbols), len(FIELDS)), np.int64) for batch in batches
    ]
    for block, batch in zip(blocks, batches, strict=True):
        for name, values in batch.fields.items():
            block[:, FIELDS.index(name)] = values[part]
    return np.concatenate(blocks)


def _lines(file: Path) -> Iterator[str]:
    if file.suffix == ".zip":
        with zipfile.ZipFile(file) as archive:
            for name in archive.namelist():
                with archive.open(name) as member:
                    yield from io.TextIOWrapper(member, "utf-8", newline="")
    elif file.suffix == ".gz":
        with gzip.open(file, "rt", encoding="utf-8", newline="") as text:
            yield from text
    else:
        with file.open(encoding="utf-8", newline="") as text:
            yield from text


def _layout(
    file: Path, first: Sequence[str], rest: Iterator[list[str]]
) -> tuple[list[str], Iterator[list[str]]]:
    if "open_time" in first:
        return [_SYNONYMS.get(name, name) for name in first], rest
    if len(first) == len(_ARCHIVE) and first[0].isdecimal():
        return list(_ARCHIVE), _chain(list(first), rest)
    raise RecordingError(
        f"{file.name} is of an unknown layout: it has neither a header with "
        f"open_time nor the {len(_ARCHIVE)} columns of the exchange's archives."
    )


def _chain(first: list[str], rest: Iterator[list[str]]) -> Iterator[list[str]]:
    yield first
    yield from rest


def _check_minutes(symbol: str, minutes: Ints) -> None:
    step = int(np.diff(minutes).min()) if len(minutes) > 1 else 1
    if step > 1:
        raise RecordingError(
            f"The candles of {symbol} are {step} minutes apart; a recording "
            "must hold candles of one minute."
        )
