import pytest

from markets.feed.clock import ExchangeClock
from tests.markets.feed.doubles import START_MS, HandClock

YEARS_AGO_MS = START_MS - 100_000_000_000


def test_the_clock_takes_the_middle_of_the_request() -> None:
    local = HandClock()
    clock = ExchangeClock(local)

    clock.sync(YEARS_AGO_MS, sent_ms=START_MS - 100, received_ms=START_MS)

    assert clock.now_ms() == YEARS_AGO_MS + 50


def test_an_ordinary_market_has_the_rate_of_one() -> None:
    clock = ExchangeClock(HandClock())

    clock.sync(START_MS, sent_ms=START_MS, received_ms=START_MS)
    clock.sync(START_MS + 1_030, sent_ms=START_MS + 990, received_ms=START_MS + 1_010)

    assert clock.rate == 1.0


def test_an_accelerated_market_is_followed_at_its_rate() -> None:
    local = HandClock()
    clock = ExchangeClock(local)
    clock.sync(YEARS_AGO_MS, sent_ms=START_MS, received_ms=START_MS)
    clock.sync(
        YEARS_AGO_MS + 60_000, sent_ms=START_MS + 1_000, received_ms=START_MS + 1_000
    )

    local.now_ms = START_MS + 2_000

    assert clock.rate == pytest.approx(60)
    assert clock.now_ms() == YEARS_AGO_MS + 120_000
    assert clock.real_ms(60_000) == pytest.approx(1_000)


def test_an_event_ahead_moves_the_clock_and_an_absurd_one_does_not() -> None:
    local = HandClock()
    clock = ExchangeClock(local)

    clock.observe(START_MS + 400, START_MS)
    clock.observe(START_MS + 86_400_000, START_MS)
    clock.observe(START_MS - 5_000, START_MS)

    assert clock.now_ms() == START_MS + 400
