from dataclasses import replace

import numpy as np
import pytest
from django.core.cache import cache
from redis.exceptions import ConnectionError as RedisConnectionError

from markets import snapshots
from markets.engine.table import Table
from markets.errors import MarketUnavailableError

TABLE = Table(
    "binanceusdm",
    "live",
    "",
    "live",
    1,
    60_000,
    ("BTCUSDT",),
    ("price",),
    np.ones((1, 1)),
)


def price_of(table: Table) -> float:
    return float(table.column("price")[0])


def test_no_table_before_the_first_is_an_error_of_ours() -> None:
    with pytest.raises(MarketUnavailableError, match="binanceusdm"):
        snapshots.read_table("binanceusdm", "live")


def test_a_table_is_unpacked_once_as_long_as_it_is_the_newest() -> None:
    snapshots.write_table(TABLE)

    first = snapshots.read_table("binanceusdm", "live")

    assert snapshots.read_table("binanceusdm", "live") is first


def test_a_feed_that_counts_from_one_again_is_seen() -> None:
    snapshots.write_table(TABLE)
    snapshots.read_table("binanceusdm", "live")

    snapshots.write_table(replace(TABLE, values=np.full((1, 1), 2.0)))

    assert price_of(snapshots.read_table("binanceusdm", "live")) == 2.0


def test_a_table_between_its_block_and_its_stamp_is_not_missed() -> None:
    snapshots.write_table(TABLE)
    newer = replace(TABLE, sequence=2, values=np.full((1, 1), 2.0))

    # The block is there and its stamp is not: a reader may have either.
    cache.set("market:binanceusdm:live", newer.to_bytes())
    snapshots.read_table("binanceusdm", "live")
    snapshots.write_table(newer)

    assert price_of(snapshots.read_table("binanceusdm", "live")) == 2.0


def test_venues_and_clocks_are_kept_apart() -> None:
    snapshots.write_table(TABLE)
    snapshots.write_table(replace(TABLE, venue="binance", values=np.full((1, 1), 3.0)))

    assert price_of(snapshots.read_table("binanceusdm", "live")) == 1.0
    with pytest.raises(MarketUnavailableError):
        snapshots.read_table("binance", "closed")


def test_the_last_state_holds_while_the_cache_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_key: str) -> None:
        raise RedisConnectionError

    snapshots.write_state("binance", {"phase": "live"})
    before = snapshots.read_state("binance")

    monkeypatch.setattr("django.core.cache.cache.get", fail)

    assert snapshots.read_state("binance") == before == {"phase": "live"}
    assert snapshots.read_state("binanceusdm") is None
