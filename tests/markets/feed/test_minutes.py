from markets.feed.minutes import Arrival, MinuteCollector, TradeChain
from markets.types import MINUTE_MS
from tests.markets.feed.doubles import BTC, ETH, START_MS, XRP, a_candle

NEXT_MS = START_MS + MINUTE_MS


def a_collector() -> MinuteCollector:
    collector = MinuteCollector(START_MS)
    collector.expect({BTC, ETH})
    return collector


def test_a_minute_is_complete_with_its_last_candle() -> None:
    collector = a_collector()

    collector.add(a_candle(BTC))
    assert not collector.is_complete
    collector.add(a_candle(ETH))

    assert collector.is_complete


def test_a_minute_taken_early_names_the_missing() -> None:
    collector = a_collector()
    collector.add(a_candle(BTC))

    collected = collector.take()

    assert collected.open_time_ms == START_MS
    assert collected.candles.keys() == {BTC}
    assert collected.missing == {ETH}


def test_candles_of_the_next_minute_wait_for_it() -> None:
    collector = a_collector()
    collector.add(a_candle(BTC, NEXT_MS))
    collector.take()

    collected = collector.take()

    assert collected.candles.keys() == {BTC}
    assert collected.missing == {ETH}


def test_of_two_candles_the_newer_wins() -> None:
    collector = a_collector()
    newer = a_candle(BTC, close=100.0, event_time_ms=START_MS + 70_000)
    collector.add(newer)

    arrival = collector.add(a_candle(BTC, event_time_ms=START_MS + 60_000))

    assert arrival is Arrival.REPEAT
    assert collector.take().candles[BTC] == newer


def test_a_candle_after_its_minute_is_late_once() -> None:
    collector = a_collector()
    collector.take()

    arrivals = [collector.add(a_candle(ETH)) for _ in range(2)]

    assert arrivals == [Arrival.LATE, Arrival.REPEAT]


def test_a_listing_is_expected_from_the_minute_after() -> None:
    collector = a_collector()

    collector.expect({BTC, ETH, XRP})

    assert collector.take().missing == {BTC, ETH}
    assert collector.take().missing == {BTC, ETH, XRP}


def test_a_delisting_is_not_waited_for() -> None:
    collector = a_collector()
    collector.add(a_candle(BTC))

    collector.expect({BTC})

    assert collector.is_complete


def test_the_chain_holds_while_first_follows_last() -> None:
    chain = TradeChain()

    verdicts = [
        chain.judge(a_candle(minute=START_MS)),
        chain.judge(a_candle(minute=NEXT_MS)),
    ]

    assert verdicts == [None, True]


def test_the_chain_is_carried_over_a_minute_without_trades() -> None:
    chain = TradeChain()
    chain.judge(a_candle(first_trade_id=5, last_trade_id=9))

    quiet = chain.judge(a_candle(minute=NEXT_MS, first_trade_id=-1, last_trade_id=-1))
    after = chain.judge(
        a_candle(minute=NEXT_MS + MINUTE_MS, first_trade_id=10, last_trade_id=12)
    )

    assert (quiet, after) == (True, True)


def test_a_lost_trade_breaks_the_chain() -> None:
    chain = TradeChain()
    chain.judge(a_candle(first_trade_id=5, last_trade_id=9))

    verdict = chain.judge(a_candle(minute=NEXT_MS, first_trade_id=11, last_trade_id=12))

    assert verdict is False


def test_after_a_missing_minute_the_chain_is_unknown() -> None:
    chain = TradeChain()
    chain.judge(a_candle())

    assert chain.judge(a_candle(minute=NEXT_MS + MINUTE_MS)) is None
