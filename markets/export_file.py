"""The market table as a file: CSV or JSON, a batch of rows at a time."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import orjson

from markets.cells import cells
from markets.engine.table import Table
from markets.screening import CoinsQuestion, chosen_rows, pinned_rows
from markets.selectors.pairs import Pair

LARGE_CELLS: Final = 50_000
"""From so many cells on a file is made in the background: a fifth of a second."""
_BATCH_ROWS: Final = 100
CONTENT_TYPES: Final = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
_IDENTITY: Final = ("symbol", "base_asset", "quote_asset")


class ExportFile:
    """
    All rows that a question lets through, in its order, pinned pairs first.

    Values are those of the API: prices as text in the pair's own decimals, what
    is not known as an empty field or null.
    """

    def __init__(
        self, table: Table, pairs: Mapping[str, Pair], asked: CoinsQuestion
    ) -> None:
        self._table = table
        self._pairs = pairs
        self._columns = asked.columns
        pinned = pinned_rows(table, asked)
        others = chosen_rows(table, pairs, asked)
        self._rows = [*pinned.tolist(), *others[~np.isin(others, pinned)].tolist()]

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return len(self._rows)

    @property
    def is_large(self) -> bool:
        """Whether it is better made in the background."""
        return self.rows * (len(self._columns) + len(_IDENTITY)) > LARGE_CELLS

    def parts(self, file_format: str) -> Iterator[tuple[bytes, int]]:
        """Return the bytes part by part, each with the rows written so far."""
        write = _csv_parts if file_format == "csv" else _json_parts
        return write(self._heads(), self._batches())

    def _heads(self) -> list[str]:
        return [*_IDENTITY, *self._columns]

    def _batches(self) -> Iterator[list[tuple[Any, ...]]]:
        for first in range(0, len(self._rows), _BATCH_ROWS):
            rows = self._rows[first : first + _BATCH_ROWS]
            symbols = [self._table.symbols[row] for row in rows]
            values = [
                cells(name, self._table.column(name)[rows], symbols, self._pairs)
                for name in self._columns
            ]
            known = [self._pairs.get(symbol) for symbol in symbols]
            yield list(
                zip(
                    symbols,
                    [one.base_asset if one else "" for one in known],
                    [one.quote_asset if one else "" for one in known],
                    *values,
                    strict=True,
                )
            )


def _csv_parts(
    heads: list[str], batches: Iterator[list[tuple[Any, ...]]]
) -> Iterator[tuple[bytes, int]]:
    yield _csv_lines([tuple(heads)]), 0
    done = 0
    for batch in batches:
        done += len(batch)
        yield _csv_lines(batch), done


def _csv_lines(rows: list[tuple[Any, ...]]) -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()


def _json_parts(
    heads: list[str], batches: Iterator[list[tuple[Any, ...]]]
) -> Iterator[tuple[bytes, int]]:
    yield b"[", 0
    done = 0
    for batch in batches:
        rows = [orjson.dumps(dict(zip(heads, one, strict=True))) for one in batch]
        yield (b",\n" if done else b"\n") + b",\n".join(rows), done + len(batch)
        done += len(batch)
    yield b"\n]\n", done
