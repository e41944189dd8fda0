"""What a worker finds that goes on where another stopped."""

import msgspec

from accounts.models import User
from alerts.models import EpisodeEvent, EvaluationLayout
from markets.types import MINUTE_MS
from tests.alerts.stage import START_MS, Stage, make_alert, other_process


def phases() -> list[tuple[str, int]]:
    """Return phase and minute of every event, in order."""
    events = EpisodeEvent.objects.order_by("id")
    return [(one.phase, (one.at_ms - START_MS) // MINUTE_MS) for one in events]


def test_a_memory_of_another_release_is_left_and_the_rules_go_on(
    stage: Stage, alice: User
) -> None:
    make_alert(alice, "price > 101")
    stage.btc(100)
    kept = msgspec.msgpack.decode(bytes(EvaluationLayout.objects.get().packed))
    foreign = msgspec.msgpack.encode(
        {name: b"M" + one[1:] for name, one in kept.items()}
    )
    EvaluationLayout.objects.update(packed=foreign)
    other_process()

    for price in (100, 102):
        stage.btc(price)

    assert phases() == [("open", 3)]


def test_a_layout_that_is_lost_is_written_anew(stage: Stage, alice: User) -> None:
    make_alert(alice, "price > 101")
    stage.btc(100)
    EvaluationLayout.objects.all().delete()
    other_process()

    for price in (100, 100):
        stage.btc(price)
    other_process()
    stage.btc(102)

    assert phases() == [("open", 4)]
