from markets.feed.liveness import Liveness, StreamHealth
from markets.types import StreamKind, Venue
from tests.markets.feed.doubles import START_MS

KLINE = StreamKind.KLINE


def a_watch(venue: Venue = Venue.BINANCE_USDM) -> Liveness:
    return Liveness(venue, silence_ms=10_000, now_ms=START_MS)


def test_a_kind_is_silent_while_the_others_live() -> None:
    watch = a_watch()
    for second in range(12):
        moment = START_MS + second * 1_000
        watch.note(StreamKind.TICKER, moment, moment)
        watch.note(StreamKind.MARK_PRICE, moment, moment)

    assert list(watch.silent(START_MS + 12_000)) == [KLINE]


def test_a_repeated_message_is_no_news() -> None:
    watch = a_watch()
    for second in range(12):
        watch.note(KLINE, START_MS, START_MS + second * 1_000)

    assert watch.health(KLINE, START_MS + 12_000) is StreamHealth.SILENT


def test_a_kind_that_may_be_silent_is_idle() -> None:
    watch = a_watch()

    health = watch.health(StreamKind.LIQUIDATION, START_MS + 3_600_000)

    assert health is StreamHealth.IDLE


def test_spot_needs_no_mark_price() -> None:
    watch = a_watch(Venue.BINANCE_SPOT)

    assert StreamKind.MARK_PRICE not in watch.silent(START_MS + 60_000)


def test_a_restart_is_due_once_and_then_rests() -> None:
    watch = a_watch()
    later = START_MS + 11_000

    assert KLINE in watch.due_for_restart(later)
    assert KLINE not in watch.due_for_restart(later + 1_000)
    assert KLINE in watch.due_for_restart(later + 16_000)


def test_frames_are_counted_over_the_last_minute() -> None:
    watch = a_watch()
    counted = []
    for second in range(120):
        moment = START_MS + second * 1_000
        watch.note(KLINE, moment, moment)
        counted.append(watch.frames_per_minute(KLINE, moment))

    assert 59 <= counted[-1] <= 61
