"""What came after the real episodes of a rule, by version."""

import pytest

from accounts.models import User
from alerts.models import Episode, Outcome, Signal
from alerts.selectors.measured import measure_signals, measured_of, measured_signals
from tests.alerts.stage import MARKET_KEY, Stage, make_alert


def opened(
    number: int,
    version: str,
    at_ms: int,
    *,
    market_key: str = MARKET_KEY,
    **came: object,
) -> None:
    episode = Episode.objects.create(
        rule_number=number, rule_name="A rule", rule_version=version,
        venue="binanceusdm", market_key=market_key, symbol="BTCUSDT", clock="closed",
        timeframe="1m", opened_ms=at_ms, closed_ms=at_ms + 1,
    )  # fmt: skip
    Outcome.objects.create(episode=episode, **came)


def test_outcomes_are_summed_up_by_version_with_their_intervals(
    stage: Stage, alice: User
) -> None:
    alert = make_alert(alice, "price > 101")
    stage.btc(100)
    opened(alert.number, "old", 1, return_1h=-2.0, has_hit=False)
    opened(alert.number, "new", 2, return_1h=1.0, return_4h=0.5, has_hit=True)
    opened(alert.number, "new", 3, return_1h=3.0, return_4h=0.5)
    opened(alert.number, "new", 4, was_true_at_close=True)
    opened(alert.number, "new", 5, market_key="another", return_1h=9.0, has_hit=True)

    new, old = measured_of([alert.number])[alert.number]

    assert (old.version, old.fires, old.up, old.hits, old.judged) == ("old", 1, 0, 0, 1)
    plain = new.plain()
    assert (plain["version"], plain["since_ms"], plain["fires"]) == ("new", 2, 3)
    assert plain["mean_1h"] == 2.0
    assert plain["up_1h"]["share"] == 1.0
    assert (plain["hit"]["count"], plain["hit"]["share"]) == (2, 0.5)
    # By hand, after Wilson: of 1 in 2 the interval is 0.0945 to 0.9055.
    assert plain["hit"]["low"] == pytest.approx(0.0945, abs=1e-4)
    assert plain["hit"]["high"] == pytest.approx(0.9055, abs=1e-4)
    assert plain["held_at_close"]["count"] == 1


def test_the_sums_of_signals_are_kept(stage: Stage) -> None:
    stage.btc(100)
    signal = Signal.objects.get(slug="pioneer_bull")
    opened(signal.number, signal.version, 1, return_1h=1.0)

    assert measured_signals() == {}
    measure_signals()

    (found,) = measured_signals()[signal.number]
    assert (found.fires, found.up) == (1, 1)
