import asyncio

from markets.feed.ports import LedgerEntry
from markets.types import (
    DAY_MS,
    MINUTE_MS,
    InstrumentStatus,
    LedgerState,
    StreamKind,
)
from tests.markets.feed.conftest import WINDOW, RunningFeed
from tests.markets.feed.doubles import BTC, ETH, START_MS, XRP, a_candle, an_instrument

NEXT_MS = START_MS + MINUTE_MS


def codes(running: RunningFeed) -> set[str]:
    return {problem["code"] for problem in running.state["problems"]}


async def test_an_empty_store_is_filled_with_the_whole_window(
    running: RunningFeed,
) -> None:
    await running.start()

    assert running.engine.loaded[BTC] == set(WINDOW)
    await running.until(lambda: len(running.store.candles) == 2 * len(WINDOW))
    assert running.store.ledger[ETH, WINDOW[7]] == LedgerEntry(LedgerState.REST)
    assert running.publisher.late == []


async def test_a_restart_fetches_only_the_minutes_it_missed(
    running: RunningFeed,
) -> None:
    await running.start()
    await running.end()
    again = RunningFeed(clock=running.clock, engine=running.engine, store=running.store)
    again.exchange.have([BTC, ETH], [START_MS])
    again.clock.now_ms += MINUTE_MS

    await again.start()
    await again.until(lambda: again.publisher.late == [START_MS])
    await again.end()

    assert {asked[:2] for asked in again.exchange.asked} == {
        (BTC, START_MS),
        (ETH, START_MS),
    }


async def test_a_restart_takes_the_rest_of_yesterday_from_the_store(
    running: RunningFeed,
) -> None:
    midnight = WINDOW[0] // DAY_MS * DAY_MS
    for minute in (midnight - MINUTE_MS, midnight):
        running.store.candles[BTC, minute] = a_candle(BTC, minute)

    await running.start()

    await running.until(lambda: midnight in running.engine.loaded[BTC])
    assert midnight - MINUTE_MS not in running.engine.loaded[BTC]


async def test_a_minute_closes_as_soon_as_it_is_complete(running: RunningFeed) -> None:
    await running.start()
    running.move_to(START_MS, after_ms=30)

    running.send(BTC, START_MS)
    running.send(ETH, START_MS)
    await running.until(lambda: running.publisher.closed == [START_MS])

    assert running.publisher.stored_at_close == {START_MS: 2}
    assert running.engine.closed == [START_MS]
    assert running.store.ledger[BTC, START_MS] == LedgerEntry(LedgerState.STREAM)


async def test_a_second_minute_knows_whether_its_trades_follow(
    running: RunningFeed,
) -> None:
    await running.start()
    for minute in (START_MS, NEXT_MS):
        running.move_to(minute)
        running.send(BTC, minute)
        running.send(ETH, minute, first_trade_id=1, last_trade_id=2)
    await running.until(lambda: NEXT_MS in running.publisher.closed)

    assert running.store.ledger[BTC, NEXT_MS].is_continuous is True
    assert running.store.ledger[ETH, NEXT_MS].is_continuous is False


async def test_what_the_stream_lacks_is_repaired_and_told(running: RunningFeed) -> None:
    await running.start()
    running.exchange.have([ETH], [START_MS])
    running.send(BTC, START_MS)

    running.move_to(START_MS, after_ms=2_000)
    await running.until(lambda: running.publisher.late == [START_MS])

    assert running.publisher.closed == [START_MS]
    assert [candle.symbol for candle in running.engine.repaired] == [ETH]
    await running.until(lambda: (ETH, START_MS) in running.store.candles)
    assert running.store.ledger[ETH, START_MS] == LedgerEntry(LedgerState.REST)


async def test_a_repair_long_after_the_close_is_late(running: RunningFeed) -> None:
    await running.start()
    running.send(BTC, START_MS)
    running.move_to(START_MS, after_ms=2_000)
    await running.until(lambda: running.publisher.closed == [START_MS])

    running.move_to(START_MS, after_ms=12_000)
    running.exchange.have([ETH], [START_MS])
    await running.until(lambda: (ETH, START_MS) in running.store.candles)

    expected = LedgerEntry(LedgerState.REST, is_late=True)
    assert running.store.ledger[ETH, START_MS] == expected
    assert running.state["counters"]["late"] == 1


async def test_a_minute_the_exchange_lacks_too_is_halted(running: RunningFeed) -> None:
    await running.start()
    running.exchange.have([ETH], [NEXT_MS])
    running.send(BTC, START_MS)
    running.move_to(START_MS, after_ms=2_000)
    await running.until(lambda: running.publisher.closed == [START_MS])
    assert running.store.ledger[ETH, START_MS].state is LedgerState.MISSING

    running.send(BTC, NEXT_MS)
    running.send(ETH, NEXT_MS)
    running.move_to(NEXT_MS)
    await running.until(lambda: (ETH, START_MS) in running.engine.halted)

    await running.until(
        lambda: running.store.ledger[ETH, START_MS].state is LedgerState.HALTED
    )


async def test_an_old_minute_without_evidence_stays_missing(
    running: RunningFeed,
) -> None:
    await running.start()
    running.send(BTC, START_MS)
    running.move_to(START_MS, after_ms=2_000)
    await running.until(lambda: running.publisher.closed == [START_MS])

    asked = len(running.exchange.asked)
    running.move_to(START_MS, after_ms=30 * MINUTE_MS)
    await running.until(lambda: len(running.exchange.asked) > asked + 1)

    assert running.store.ledger[ETH, START_MS].state is LedgerState.MISSING


async def test_a_minute_of_a_pair_that_is_listed_as_halted_is_halted(
    running: RunningFeed,
) -> None:
    await running.start()
    running.send(BTC, START_MS)
    running.move_to(START_MS, after_ms=2_000)
    await running.until(lambda: running.publisher.closed == [START_MS])

    running.exchange.instruments[1] = an_instrument(ETH, InstrumentStatus.HALTED)
    assert running.feed
    running.feed._intake.wants_instruments = True
    await running.until(lambda: running.stream.symbols == {BTC})
    running.move_to(START_MS, after_ms=3 * MINUTE_MS)
    await running.until(
        lambda: running.store.ledger[ETH, START_MS].state is LedgerState.HALTED
    )

    assert (ETH, START_MS) in running.engine.halted


async def test_a_candle_that_fails_its_checks_is_repaired(running: RunningFeed) -> None:
    await running.start()
    running.exchange.have([ETH], [START_MS])
    running.send(BTC, START_MS)
    running.send(ETH, START_MS, low=500.0)

    running.move_to(START_MS, after_ms=2_000)
    await running.until(lambda: (ETH, START_MS) in running.store.candles)

    assert running.store.candles[ETH, START_MS].low == 99.0
    await running.until(lambda: len(running.store.quarantined) == 1)
    assert "low" in running.store.quarantined[0].reason
    assert running.state["counters"]["quarantined"] == 1


async def test_a_late_candle_of_the_stream_is_taken(running: RunningFeed) -> None:
    await running.start()
    running.send(BTC, START_MS)
    running.move_to(START_MS, after_ms=2_000)
    await running.until(lambda: running.publisher.closed == [START_MS])

    running.send(ETH, START_MS)
    await running.until(lambda: running.publisher.late == [START_MS])

    assert running.store.ledger[ETH, START_MS].state is LedgerState.STREAM


async def test_candles_outlive_a_store_that_is_away(running: RunningFeed) -> None:
    await running.start()
    await running.until(lambda: running.state["counters"]["unsaved_minutes"] == 0)
    before = len(running.store.candles)
    running.store.is_down = True
    for minute in (START_MS, NEXT_MS):
        running.move_to(minute)
        running.send(BTC, minute)
        running.send(ETH, minute)
    await running.until(lambda: NEXT_MS in running.publisher.closed)
    assert running.state["counters"]["unsaved_minutes"] == 2
    assert "The disk is full." in str(running.state["problems"])

    running.store.is_down = False
    await running.until(lambda: len(running.store.candles) == before + 4)

    await running.until(lambda: running.state["counters"]["unsaved_minutes"] == 0)
    assert "store_unavailable" not in codes(running)


async def test_rows_the_store_refuses_are_put_aside_and_mended_by_rest(
    running: RunningFeed,
) -> None:
    await running.start()
    await running.until(lambda: running.state["counters"]["unsaved_minutes"] == 0)
    running.store.refused = {ETH}
    running.move_to(START_MS)

    running.send(BTC, START_MS)
    running.send(ETH, START_MS)
    await running.until(lambda: (ETH, START_MS) in running.store.ledger)

    assert (BTC, START_MS) in running.store.candles
    assert running.store.ledger[ETH, START_MS].state is LedgerState.MISSING
    assert "candles_refused" in codes(running)
    await running.until(lambda: len(running.store.quarantined) == 1)
    assert f"{START_MS} of ETHUSDT" in running.store.quarantined[0].reason

    running.store.refused = set()
    running.exchange.have([ETH], [START_MS])
    running.move_to(START_MS, after_ms=5_000)
    await running.until(lambda: (ETH, START_MS) in running.store.candles)

    await running.until(lambda: "candles_refused" not in codes(running))
    assert running.store.ledger[ETH, START_MS].state is LedgerState.REST


async def test_a_refusal_is_told_for_an_hour_where_nothing_mends_it(
    running: RunningFeed,
) -> None:
    await running.start()
    running.store.refused = {ETH}
    running.move_to(START_MS)
    running.send(BTC, START_MS)
    running.send(ETH, START_MS)
    await running.until(lambda: "candles_refused" in codes(running))

    running.store.refused = set()
    for minute in range(NEXT_MS, START_MS + 62 * MINUTE_MS, MINUTE_MS):
        running.move_to(minute)
        running.send(BTC, minute)
        running.send(ETH, minute)
        await running.until(lambda minute=minute: minute in running.publisher.closed)  # type: ignore[misc]  # bound at once

    await running.until(lambda: "candles_refused" not in codes(running))


async def test_minutes_are_announced_when_the_cache_is_back(
    running: RunningFeed,
) -> None:
    await running.start()
    running.publisher.is_down = True
    for minute in (START_MS, NEXT_MS):
        running.move_to(minute)
        running.send(BTC, minute)
        running.send(ETH, minute)
    await running.until(lambda: running.engine.closed == [START_MS, NEXT_MS])

    running.publisher.is_down = False
    await running.until(lambda: len(running.publisher.closed) == 2)

    assert running.publisher.closed == [START_MS, NEXT_MS]


async def test_a_silent_kind_is_opened_again_and_said(running: RunningFeed) -> None:
    await running.start()

    running.clock.now_ms += 11_000
    await running.until(lambda: StreamKind.KLINE in running.stream.restarted)

    assert "stream_silent" in codes(running)


async def test_a_listing_joins_and_a_delisting_leaves(running: RunningFeed) -> None:
    await running.start()
    running.exchange.instruments = [
        an_instrument(BTC),
        an_instrument(XRP),
        an_instrument(ETH, InstrumentStatus.DELISTED),
    ]

    assert running.feed
    running.feed._intake.wants_instruments = True
    await running.until(lambda: running.stream.symbols == {BTC, XRP})

    assert running.engine.rows == {BTC, XRP}
    assert running.feed._collector.expected == {BTC}


async def test_the_last_minutes_of_a_pair_that_left_are_looked_for(
    running: RunningFeed,
) -> None:
    await running.start()
    for minute in (START_MS, NEXT_MS):
        running.move_to(minute, after_ms=2_000)
        running.send(BTC, minute)
        await running.until(lambda minute=minute: minute in running.publisher.closed)  # type: ignore[misc]  # bound at once
    running.exchange.instruments[1] = an_instrument(ETH, InstrumentStatus.DELISTED)

    def is_gone() -> bool:
        running.clock.now_ms += 50
        return running.stream.symbols == {BTC}

    # The pair's own silence makes the feed ask for the list.
    await running.until(is_gone)
    running.exchange.have([ETH], [START_MS])
    running.clock.now_ms += 4 * MINUTE_MS
    await running.until(
        lambda: running.store.ledger[ETH, NEXT_MS].state is LedgerState.HALTED
    )

    assert running.store.ledger[ETH, START_MS].state is LedgerState.REST


async def test_a_stop_stores_the_minute_that_is_over(running: RunningFeed) -> None:
    await running.start()
    running.send(BTC, START_MS)
    running.move_to(START_MS, after_ms=10)

    await running.end()

    assert (BTC, START_MS) in running.store.candles
    assert running.store.ledger[ETH, START_MS].state is LedgerState.MISSING
    assert not running.stream.is_open


async def test_an_exchange_that_is_away_is_waited_for(running: RunningFeed) -> None:
    running.exchange.is_down = True

    async def come_back() -> None:
        await running.until(lambda: "away" in str(running.publisher.states))
        running.exchange.is_down = False

    await asyncio.gather(running.start(), come_back())

    assert running.engine.loaded[BTC] == set(WINDOW)
