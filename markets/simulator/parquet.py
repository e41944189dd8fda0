"""Reads Parquet files of candles, where the package for it is installed."""

import importlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from markets.errors import RecordingError


def read_rows(file: Path) -> Iterator[list[str]]:
    """
    Return the names of the columns, then the rows, all as text.

    pyarrow is no requirement of the product: it takes 170 MB on the disk, and
    serves this one kind of file.

    Raises
    ------
    RecordingError
        If pyarrow is not installed, or the file is damaged.
    """
    try:
        parquet: Any = importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise RecordingError(
            f"{file.name} is a Parquet file, which needs a package of its own: "
            ".venv/bin/python -m pip install pyarrow, or turn it into CSV."
        ) from error
    # pyarrow's errors are ValueErrors and OSErrors, which the caller names.
    with parquet.ParquetFile(file) as opened:
        names = list(opened.schema_arrow.names)
        yield names
        for batch in opened.iter_batches():
            columns = [
                [_text(value) for value in batch[name].to_pylist()] for name in names
            ]
            yield from map(list, zip(*columns, strict=True))


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return str(round(aware.timestamp() * 1_000))
    # The shortest text that is the same double.
    return repr(value) if isinstance(value, float) else str(value)
