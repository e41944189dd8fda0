"""Keeping and switching signals, and stopping those that contradict themselves."""

from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist

from accounts.models import User
from alerts.errors import BadSignalError
from alerts.models import (
    Delivery,
    RuleChange,
    Signal,
    SignalVersion,
    Suppression,
)
from alerts.pipeline.tripping import trip
from alerts.rules.builtin import BUILT_IN
from alerts.services.signals import reset_tripped, save_signal, switch_signals
from scalpaiboard.lib.clock import now_ms
from tests.alerts.rows import an_episode

pytestmark = pytest.mark.django_db
put_in = import_module("alerts.migrations.0002_built_in_signals").put_in


@pytest.fixture
def signal() -> Signal:
    made = Signal(
        slug="own", name="Own", side="bull", expression="change_1h >= 3", version=""
    )
    save_signal(made)
    RuleChange.objects.all().delete()
    return made


def changes() -> list[int]:
    return list(RuleChange.objects.order_by("id").values_list("number", flat=True))


def test_the_built_in_signals_are_there_with_version_and_mirror() -> None:
    kept = {one.slug: one for one in Signal.objects.select_related("mirror")}

    assert set(kept) == {one.slug for one in BUILT_IN}
    assert all(len(one.version) == 16 and one.is_enabled for one in kept.values())
    assert kept["bull_whale"].mirror == kept["bear_whale"]
    assert kept["bear_whale"].mirror == kept["bull_whale"]
    assert kept["flat_8h"].mirror is None
    assert {*SignalVersion.objects.values_list("signal__slug", "version")} == {
        (slug, one.version) for slug, one in kept.items()
    }
    assert {-one.pk for one in kept.values()} <= set(changes())


def test_what_was_put_in_is_no_change_when_it_is_saved_again() -> None:
    RuleChange.objects.all().delete()

    for signal in Signal.objects.all():
        version = signal.version
        assert not save_signal(signal)
        assert signal.version == version

    assert changes() == []


def test_putting_them_in_again_adds_what_is_missing_and_keeps_edits() -> None:
    Signal.objects.filter(slug="flat_8h").update(expression="range_8h <= 1")
    Signal.objects.filter(slug="bull_volume").delete()

    put_in(apps, None)
    put_in(apps, None)

    assert Signal.objects.count() == 16
    assert Signal.objects.get(slug="flat_8h").expression == "range_8h <= 1"
    assert Signal.objects.get(slug="bull_volume").versions.count() == 1
    assert SignalVersion.objects.count() == 16


def test_another_condition_is_another_version_and_is_called_out(signal: Signal) -> None:
    before = signal.version
    signal.expression = "change_1h >= 4"

    assert save_signal(signal)

    signal.refresh_from_db()
    newest = signal.versions.first()
    assert signal.version != before
    assert newest is not None
    assert (newest.version, newest.definition["expression"]) == (
        signal.version,
        "change_1h >= 4",
    )
    assert changes() == [signal.number]


def test_another_name_or_a_blank_makes_no_version(signal: Signal) -> None:
    before = signal.version
    signal.name = "Mine"

    assert not save_signal(signal)

    signal.expression = "change_1h   >=   3"
    save_signal(signal)
    assert signal.version == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cool_down_minutes", 6),
        ("false_closes", 2),
        ("closes_when", "change_1h < 1"),
        ("leaves_out_stable", False),
    ],
)
def test_whatever_decides_when_it_fires_is_part_of_the_version(
    signal: Signal, field: str, value: object
) -> None:
    before = signal.version
    setattr(signal, field, value)

    save_signal(signal)

    assert signal.version != before


@pytest.mark.parametrize(
    ("field", "value", "right"),
    [
        ("expression", "chnge_1h >= 3", "change_1h"),
        ("expression", "", "needs a condition"),
        ("expression", "change_1h", "condition"),
        ("expression", "prev(change_1h, 8) > 1", "a rule looks back at most 7 steps"),
        ("closes_when", "change_1h >", "at"),
        ("false_closes", 0, "1 to 1,440"),
        ("cool_down_minutes", 10_081, "10,080"),
        ("escalate_step", 0.0, "above 0"),
        ("escalate_step", float("nan"), "above 0"),
    ],
)
def test_a_faulty_signal_is_refused_at_its_field_and_nothing_changes(
    signal: Signal, field: str, value: object, right: str
) -> None:
    setattr(signal, field, value)

    with pytest.raises(BadSignalError) as refused:
        save_signal(signal)

    assert list(refused.value.fields) == [field]
    assert right.lower() in refused.value.fields[field][0].lower()
    assert changes() == []
    assert Signal.objects.get(pk=signal.pk).expression == "change_1h >= 3"


def test_a_signal_cannot_mirror_itself(signal: Signal) -> None:
    signal.mirror = signal

    with pytest.raises(BadSignalError, match="its own mirror"):
        save_signal(signal)


def test_switching_off_ends_what_is_open_and_keeps_the_version(signal: Signal) -> None:
    episode = an_episode(signal, opened_ms=now_ms() - 600_000)
    waiting = Suppression.objects.create(
        rule_number=signal.number,
        market_key="live",
        symbol="ETHUSDT",
        at_ms=now_ms() - 60_000,
        reason="cool_down",
        due_ms=now_ms() + 60_000,
    )
    version = signal.version

    switched = switch_signals([signal.pk], is_enabled=False)

    episode.refresh_from_db()
    waiting.refresh_from_db()
    signal.refresh_from_db()
    assert switched == 1
    assert (signal.is_enabled, signal.version) == (False, version)
    assert signal.versions.first().definition["is_enabled"] is False  # type: ignore[union-attr]  # it was just written
    assert episode.closed_ms is not None
    assert episode.closed_ms >= episode.opened_ms
    assert waiting.ended_ms is not None
    assert changes() == [signal.number]


def test_switching_to_what_it_is_changes_nothing(signal: Signal) -> None:
    assert switch_signals([signal.pk], is_enabled=True) == 0
    assert changes() == []


def test_a_contradiction_stops_a_signal_once_and_tells_every_operator(
    signal: Signal, olga: User, alice: User
) -> None:
    first = trip({signal.pk: "It was true together with its mirror for ADAUSDT."})
    again = trip({signal.pk: "Another reason."})

    signal.refresh_from_db()
    told = Delivery.objects.get()
    assert (first, again) == (1, 0)
    assert signal.tripped_at is not None
    assert "ADAUSDT" in signal.tripped_reason
    assert signal.is_enabled
    assert (told.owner, told.destination.kind) == (olga, "in_app")
    assert told.key.startswith(f"tripped:{signal.pk}:{signal.version}:")
    assert "Own" in told.content["title"]
    assert "ADAUSDT" in told.content["text"]
    assert told.state == "delivered"
    assert told.read_at is None
    assert not alice.deliveries.exists()
    assert changes() == [signal.number]


def test_a_contradiction_is_logged_as_an_error(
    signal: Signal, caplog: pytest.LogCaptureFixture
) -> None:
    trip({signal.pk: "Wrong."})

    assert [(one.levelname, one.getMessage()) for one in caplog.records] == [
        ("ERROR", "Signal own was stopped: Wrong.")
    ]


def test_a_reset_lets_it_deliver_again_and_a_second_trip_is_told_again(
    signal: Signal, olga: User
) -> None:
    trip({signal.pk: "Wrong."})

    assert reset_tripped([signal.pk]) == 1
    assert reset_tripped([signal.pk]) == 0

    signal.refresh_from_db()
    assert (signal.tripped_at, signal.tripped_reason) == (None, "")
    assert changes() == [signal.number] * 2
    trip({signal.pk: "Wrong again."})
    assert olga.deliveries.count() == 2


def test_of_signals_that_are_gone_nothing_is_said(olga: User) -> None:
    assert trip({10**9: "Wrong."}) == 0
    with pytest.raises(ObjectDoesNotExist):
        Delivery.objects.get()
