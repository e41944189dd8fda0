"""The table of candles in SQL: how rows go in, and how old ones go out."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from markets.types import DAY_MS

CandleRow = tuple[Any, ...]
"""The values of COLUMNS, in their order."""

COLUMNS: Final = (
    "instrument_id",
    "open_time_ms",
    "open",
    "high",
    "low",
    "close",
    "volume",
    "quote_volume",
    "trade_count",
    "taker_buy_volume",
    "taker_buy_quote_volume",
    "first_trade_id",
    "last_trade_id",
    "received_at_ms",
)
_KEY: Final = ("instrument_id", "open_time_ms")
_NAMES: Final = ", ".join(COLUMNS)
# The exchange's REST answers have no trade ids: those of the stream stay.
_KEPT: Final = frozenset({"first_trade_id", "last_trade_id"})
_UPDATES: Final = ", ".join(
    f"{name} = coalesce(excluded.{name}, markets_candle.{name})"
    if name in _KEPT
    else f"{name} = excluded.{name}"
    for name in COLUMNS
    if name not in _KEY
)
_UPSERT: Final = f"ON CONFLICT (instrument_id, open_time_ms) DO UPDATE SET {_UPDATES}"
_PREFIX: Final = "markets_candle_p"


def upsert(connection: BaseDatabaseWrapper, rows: Sequence[CandleRow]) -> None:
    """Store rows in the current transaction; the later one of a key wins."""
    if not rows:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _copy_upsert(connection, cursor, rows)
        else:
            marks = ", ".join(["%s"] * len(COLUMNS))
            cursor.executemany(
                f"INSERT INTO markets_candle ({_NAMES}) VALUES ({marks}) {_UPSERT}",  # noqa: S608 - constants only
                rows,
            )


def make_partitions(connection: BaseDatabaseWrapper, days: Collection[int]) -> None:
    """
    Make the partitions of some days where they lack; nothing on SQLite.

    Parameters
    ----------
    connection
        The database.
    days
        UTC days as numbers since 1970.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for day in sorted(days):
            cursor.execute(
                f"CREATE TABLE IF NOT EXISTS {partition_name(day)} "
                "PARTITION OF markets_candle "
                f"FOR VALUES FROM ({day * DAY_MS}) TO ({(day + 1) * DAY_MS})"
            )


def list_partitions(connection: BaseDatabaseWrapper) -> list[int]:
    """Return the days that have a partition, in order; none on SQLite."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            "WHERE i.inhparent = 'markets_candle'::regclass ORDER BY 1"
        )
        names = [name for (name,) in cursor.fetchall()]
    return [_day_of(name) for name in names if name.startswith(_PREFIX)]


def drop_partitions(connection: BaseDatabaseWrapper, days: Iterable[int]) -> None:
    """Drop whole days; the rows go without being read."""
    with connection.cursor() as cursor:
        for day in days:
            cursor.execute(f"DROP TABLE IF EXISTS {partition_name(day)}")


def partition_name(day: int) -> str:
    """Return the name of a day's partition, such as ``markets_candle_p20261121``."""
    moment = datetime.fromtimestamp(day * DAY_MS / 1_000, tz=UTC)
    return f"{_PREFIX}{moment:%Y%m%d}"


def _day_of(name: str) -> int:
    moment = datetime.strptime(name.removeprefix(_PREFIX), "%Y%m%d").replace(tzinfo=UTC)
    return round(moment.timestamp() * 1_000) // DAY_MS


# COPY is many times faster than INSERT, but knows no conflict: it fills a
# table of this session, which then goes over in one statement.
# Django does not see a COPY, so its errors are turned into Django's here.
def _copy_upsert(
    connection: BaseDatabaseWrapper, cursor: CursorWrapper, rows: Sequence[CandleRow]
) -> None:
    cursor.execute(
        "CREATE TEMPORARY TABLE IF NOT EXISTS incoming_candle "
        "(LIKE markets_candle) ON COMMIT DELETE ROWS"
    )
    command = f"COPY incoming_candle ({_NAMES}) FROM STDIN"
    with connection.wrap_database_errors, cursor.copy(command) as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute(
        f"INSERT INTO markets_candle ({_NAMES}) "  # noqa: S608 - constants only
        f"SELECT {_NAMES} FROM incoming_candle {_UPSERT}"
    )
    cursor.execute("TRUNCATE incoming_candle")
