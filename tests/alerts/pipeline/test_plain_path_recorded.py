"""The whole path over recorded days of a crash against the slow, obvious one."""

import random
from functools import partial
from pathlib import Path

import pytest

from accounts.models import User
from alerts.models import Signal
from alerts.pipeline.evaluate import evaluate_closed
from markets import snapshots
from tests.alerts.plain_path import PlainPath, PlainRule
from tests.alerts.plain_rows import assert_same, stored
from tests.alerts.recorded_market import RecordedMarket
from tests.alerts.spec_signals import ASKED_FOR, asked_for
from tests.alerts.stage import other_process

pytestmark = [pytest.mark.django_db, pytest.mark.recorded, pytest.mark.timeout(900)]

CRYPTO = ("ADAUSDT", "BTCUSDT", "DOGEUSDT", "ETHUSDT", "SXPUSDT", "UTKUSDT")
FIAT = "GBPUSDT"
TEXTS = (
    ("change_5m {up} {few}", "change_5m"),
    ("change_1h {up} {more}", "change_1h"),
    ("abs(change_5m) >= {positive}", "change_5m"),
    ("change_5m {up} {few} and range_15m > {positive}", "change_5m"),
    ("change_15m {up} {few} or rsi_14_1m > 70", "change_15m"),
    ("crosses_above(ema_9_1m, ema_21_1m)", "ema_9_1m"),
    ("crosses_below(price, candle_close_5m)", "price"),
    ("rising(candle_close_5m, 2) and change_1h {up} {more}", "candle_close_5m"),
    ("prev(change_5m, 3) <= {few} and rsi_14_5m > 50", "change_5m"),
    (
        'base in ("BTC", "ETH", "GBP") and relative_volume_5m > 1.5',
        "relative_volume_5m",
    ),
    ("not between(vwap_distance_1h, -{positive}, {positive})", "vwap_distance_1h"),
)


def test_alerts_over_a_crash_tell_what_the_plain_path_tells(
    alice: User, recorded_data: Path, *, long_form: bool
) -> None:
    Signal.objects.update(is_enabled=False)
    chance = random.Random(5)  # noqa: S311 - picks alerts and moments
    market = RecordedMarket(recorded_data, (*CRYPTO, FIAT))
    market.store()
    some = [stored(alice, a_rule(chance, market.symbols)) for _ in range(60)]
    plain = PlainPath(some, {one: one.removesuffix("USDT") for one in market.symbols})

    play(market, plain, chance, 900 if long_form else 150)

    assert_same(plain)
    assert {phase for _, _, phase, _ in plain.events} == {
        "open", "escalate", "remind", "close",
    }  # fmt: skip


@pytest.mark.once
def test_the_sixteen_signals_over_a_crash_open_where_they_were_meant_to(
    alice: User, recorded_data: Path, *, long_form: bool
) -> None:
    market = RecordedMarket(recorded_data, (*CRYPTO, FIAT))
    market.store()
    steps = dict(Signal.objects.values_list("slug", "escalate_step"))
    numbers = {one.slug: one.number for one in Signal.objects.all()}
    assert numbers.keys() == ASKED_FOR.keys()
    plain = PlainPath(
        [
            asked_for(numbers[slug], slug, symbols=CRYPTO, step=steps[slug])
            for slug in ASKED_FOR
        ]
    )

    chance = random.Random(6)  # noqa: S311 - picks moments
    play(market, plain, chance, 1_440 if long_form else 300)

    assert_same(plain)
    fired = {number for number, *_ in plain.events}
    assert len(fired) >= (14 if long_form else 8)
    assert not Signal.objects.exclude(tripped_at=None).exists()


def a_rule(chance: random.Random, symbols: tuple[str, ...]) -> PlainRule:
    text, metric = chance.choice(TEXTS)
    sign = chance.choice([">", ">=", "<", "<="])
    some = [None, tuple(chance.sample(symbols, 1)), tuple(chance.sample(symbols, 3))]
    mode = chance.choice(["each_episode", "each_episode", "once", "reminder"])
    written = text.format(
        up=sign,
        few=round(chance.gauss(0, 0.7), 2),
        more=round(chance.gauss(0, 2), 2),
        positive=round(abs(chance.gauss(0, 0.7)), 2),
    )
    return PlainRule(
        0,
        written,
        chance.choice(some),
        timeframe=chance.choice(["1m", "1m", "5m"]),
        mode=mode,
        remind=chance.randint(2, 9) if mode == "reminder" else 0,
        cool_down=chance.choice([0, 5, 12]),
        false_closes=chance.choice([1, 1, 3]),
        closes_when=chance.choice(["", "", "", "abs(change_5m) > 0.6"]),
        step=chance.choice([None, 0.3]) if "{up}" in text[:14] else None,
        metric=metric,
        direction=1 if sign.startswith(">") else -1,
    )


def play(
    market: RecordedMarket, plain: PlainPath, chance: random.Random, minutes: int
) -> None:
    """Ask at every close, or at the next one; now and then in another process."""
    missed = 0
    for number, table in enumerate(market.tables(minutes)):
        plain.close(table)
        if chance.random() < 0.1:
            other_process()
        # What looks five minutes back is known of two missed ones, no more.
        if 0 < number < minutes - 1 and missed < 2 and chance.random() < 0.15:
            missed += 1
            continue
        missed = 0
        snapshots.write_table(table)
        for _ in range(2 if chance.random() < 0.2 else 1):
            evaluate_closed(partial(int, table.as_of_ms))
