from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import User
from alerts.errors import BadContentError
from alerts.models import (
    Alert,
    AlertRevision,
    Destination,
    Episode,
    RuleChange,
    Suppression,
)
from alerts.services import rules
from alerts.services.rules import (
    change_alert,
    copy_alert,
    create_alert,
    delete_alert,
    pause_alert,
    resume_alert,
)
from alerts.typed import iso
from markets.models import Instrument, Screen, Watchlist
from markets.screen_choice import ScreenChoice
from scalpaiboard.lib.clock import now
from tests.alerts.rows import an_episode

pytestmark = [pytest.mark.usefixtures("market"), pytest.mark.once]

PRICE: dict[str, Any] = {
    "name": "Bitcoin high",
    "scope": "pair",
    "symbol": "BTCUSDT",
    "expression": "price > 70000",
}
FORM = {"metric": "price", "operator": "crosses_above", "value": 2_000}


def made(owner: User, **changes: Any) -> Alert:
    return create_alert(owner.pk, PRICE | changes)[0]


def faults(owner: User, **changes: Any) -> dict[str, list[str]]:
    with pytest.raises(BadContentError) as caught:
        create_alert(owner.pk, PRICE | changes)
    assert not Alert.objects.exists()
    return caught.value.fields


def episode(alert: Alert, **more: Any) -> Episode:
    found = {"symbol": "BTCUSDT", "opened_ms": 1_700_000_000_000} | more
    return an_episode(alert, market_key="generated:7", **found)


def waiting(alert: Alert) -> Suppression:
    return Suppression.objects.create(
        rule_number=alert.number,
        market_key="generated:7",
        symbol="ETHUSDT",
        at_ms=1_700_000_000_000,
        reason="cool_down",
        due_ms=1_700_000_300_000,
    )


def test_an_alert_is_asked_from_its_making_on(alice: User, phone: Destination) -> None:
    alert = made(alice, destinations=[str(phone.pk)])

    assert alert.is_active
    assert (alert.watched, len(alert.version)) == ("price > 70000", 16)
    assert list(alert.destinations.all()) == [phone]
    revision = AlertRevision.objects.get(alert=alert)
    assert revision.is_active
    assert revision.definition["watched"] == "price > 70000"
    assert revision.definition["destinations"] == [str(phone.pk)]
    assert RuleChange.objects.filter(number=alert.pk).count() == 1


def test_a_form_writes_the_expression(alice: User) -> None:
    alert = made(alice, form=FORM | {"hysteresis_pct": 1}, expression="nonsense")

    assert alert.expression == "crosses_above(price, 2000)"
    assert alert.closes_when == "price <= 1980"


def test_an_expression_takes_the_place_of_the_form_that_was(alice: User) -> None:
    alert = made(alice, form=FORM | {"hysteresis_pct": 1})

    alert = change_alert(alert, {"expression": "price > 5"}, whole=False)

    assert (alert.form, alert.expression, alert.closes_when) == (None, "price > 5", "")


def test_a_form_is_written_anew_for_another_timeframe(alice: User) -> None:
    alert = made(alice, form=FORM)

    alert = change_alert(alert, {"timeframe": "1h"}, whole=False)

    assert alert.expression == "crosses_above(candle_close_1h, 2000)"


def test_a_screen_and_the_condition_are_asked_as_one(alice: User) -> None:
    choice = ScreenChoice(expression="quote_volume_1d > 1000000").plain()
    screen = Screen.objects.create(owner=alice, name="Liquid", choice=choice)

    alert = made(
        alice,
        scope="screen",
        screen=str(screen.pk),
        expression="change_1h > 2 or price > 9",
    )

    assert alert.watched == (
        "quote_volume_1d > 1000000 and (change_1h > 2 or price > 9)"
    )
    assert alert.expression == "change_1h > 2 or price > 9"


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("expression", {"expression": "chnge_1h > 1"}),
        ("expression", {"expression": ""}),
        ("expression", {"expression": "prev(price, 8) > 1"}),
        ("expression", {"expression": "price + 1"}),
        ("expression", {"expression": 7}),
        ("closes_when", {"closes_when": "price >"}),
        ("form.value", {"form": FORM | {"metric": "rsi_14_1h", "value": 101}}),
        ("form.metric", {"form": FORM | {"metric": "rsi"}}),
        ("form", {"form": []}),
        ("symbol", {"symbol": "NOPEUSDT"}),
        ("symbol", {"symbol": ""}),
        ("watchlist", {"scope": "watchlist"}),
        ("screen", {"scope": "screen"}),
        ("scope", {"scope": "galaxy"}),
        ("template", {"template": "{pricee}"}),
        ("template", {"template": "{"}),
        ("template", {"template": "x" * 1_001}),
        ("time_zone", {"time_zone": "Europe/Nowhere"}),
        ("quiet", {"quiet": {"start": "22:00", "end": "22:00"}}),
        ("quiet", {"quiet": {"start": "25:00", "end": "07:00"}}),
        ("quiet", {"quiet": {"start": "22:00"}}),
        ("cool_down_minutes", {"cool_down_minutes": -1}),
        ("cool_down_minutes", {"cool_down_minutes": 10_081}),
        ("cool_down_minutes", {"cool_down_minutes": True}),
        ("remind_minutes", {"mode": "reminder"}),
        ("false_closes", {"false_closes": 0}),
        ("escalate_step", {"escalate_step": 0}),
        ("expires_at", {"expires_at": "2020-01-01T00:00:00Z"}),
        ("expires_at", {"expires_at": "tomorrow"}),
        ("starts_at", {"starts_at": "2026-01-01T00:00:00"}),
        ("mode", {"mode": "twice"}),
        ("clock", {"clock": "open"}),
        ("timeframe", {"timeframe": "7m"}),
        ("name", {"name": " "}),
        ("name", {"name": "x" * 81}),
        ("name", {"name": "a\x00b"}),
        ("destinations", {"destinations": ["phone"]}),
        ("destinations", {"destinations": ["6f1c2bd0-0000-4000-8000-000000000000"]}),
        ("is_enabled", {"is_enabled": "yes"}),
        ("colour", {"colour": "red"}),
    ],
)
def test_a_wrong_field_is_named(
    alice: User, field: str, changes: dict[str, Any]
) -> None:
    assert list(faults(alice, **changes)) == [field]


def test_what_is_always_told_may_come_back(alice: User) -> None:
    assert made(alice, id=7, state="open", fired_total=3).name == "Bitcoin high"


def test_a_delisted_pair_is_refused_in_a_sentence(alice: User) -> None:
    Instrument.objects.filter(symbol="ETHUSDT").update(status="delisted")

    assert faults(alice, symbol="ETHUSDT") == {
        "symbol": ["ETHUSDT is delisted: no candle of it comes any more."]
    }


def test_an_alert_keeps_a_pair_that_is_delisted_later(alice: User) -> None:
    alert = made(alice)
    Instrument.objects.filter(symbol="BTCUSDT").update(status="delisted")

    assert change_alert(alert, {"name": "Still"}, whole=False).name == "Still"


def test_a_misspelt_pair_is_told_with_what_was_meant(alice: User) -> None:
    assert faults(alice, symbol="btcusd")["symbol"] == [
        "The market has no pair 'btcusd'; did you mean 'BTCUSDT'?"
    ]


@pytest.mark.parametrize("kind", ["watchlist", "screen"])
def test_what_another_person_keeps_cannot_be_watched(
    alice: User, bob: User, kind: str
) -> None:
    if kind == "watchlist":
        its = Watchlist.objects.create(owner=bob, name="Bob's").pk
    else:
        choice = ScreenChoice().plain()
        its = Screen.objects.create(owner=bob, name="Bob's", choice=choice).pk

    assert faults(alice, scope=kind, **{kind: str(its)}) == {
        kind: [f"You have no such {kind}."]
    }


def test_the_destination_of_another_person_is_refused(
    bob: User, phone: Destination
) -> None:
    wrong = faults(bob, destinations=[str(phone.pk)])

    assert wrong == {"destinations": [f"You have no destination {phone.pk}."]}


def test_a_repeated_request_makes_one_alert(alice: User) -> None:
    first = create_alert(alice.pk, PRICE, request_key="one")
    again = create_alert(alice.pk, PRICE, request_key="one")

    assert (first[1], again[1], first[0].pk) == (True, False, again[0].pk)


def test_no_more_alerts_are_made_than_may_be(alice: User, settings: Settings) -> None:
    settings.ALERTS_PER_USER = 2
    made(alice)
    made(alice)

    with pytest.raises(BadContentError) as caught:
        made(alice)

    assert caught.value.fields == {
        "request": ["A person may have 2 alerts; you have 2, and this would be 1 more."]
    }


def test_few_alerts_watch_the_whole_market(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_WIDE", 1)
    wide = made(alice, scope="market")
    narrow = made(alice)

    with pytest.raises(BadContentError) as caught:
        change_alert(narrow, {"scope": "market"}, whole=False)

    assert list(caught.value.fields) == ["scope"]
    assert change_alert(wide, {"name": "Wide"}, whole=False).scope == "market"


def test_another_condition_is_another_version_and_begins_anew(alice: User) -> None:
    alert = made(alice)
    going, held = episode(alert), waiting(alert)

    after = change_alert(alert, {"expression": "price > 71000"}, whole=False)

    assert after.version != alert.version
    going.refresh_from_db()
    held.refresh_from_db()
    assert going.closed_ms is not None
    assert held.ended_ms is not None
    assert AlertRevision.objects.filter(alert=alert).count() == 2
    assert RuleChange.objects.filter(number=alert.pk).count() == 2


@pytest.mark.parametrize(
    "changes", [{"name": "Other"}, {"expression": "price>7e4"}, {"template": "{pair}"}]
)
def test_what_does_not_decide_when_it_fires_leaves_it_open(
    alice: User, changes: dict[str, Any]
) -> None:
    alert = made(alice)
    going = episode(alert)

    after = change_alert(alert, changes, whole=False)

    going.refresh_from_db()
    assert (after.version, going.closed_ms) == (alert.version, None)


def test_replacing_an_alert_brings_the_defaults_back(alice: User) -> None:
    alert = made(alice, cool_down_minutes=60, template="{pair}")

    after = change_alert(alert, PRICE, whole=True)

    assert (after.cool_down_minutes, after.template) == (5, "")


def test_a_paused_alert_ends_what_is_open(alice: User) -> None:
    alert = made(alice)
    going = episode(alert)

    paused = pause_alert(alert)

    going.refresh_from_db()
    assert (paused.is_enabled, paused.is_active) == (False, False)
    assert going.closed_ms is not None
    assert not AlertRevision.objects.filter(alert=alert).latest("since_ms").is_active


def test_an_alert_that_has_spoken_once_may_speak_again(alice: User) -> None:
    alert = made(alice, mode="once")
    Alert.objects.update(finished_at=now(), is_active=False)

    resumed = resume_alert(alert)

    assert (resumed.finished_at, resumed.is_active) == (None, True)


def test_pausing_twice_is_one_change(alice: User) -> None:
    alert = made(alice)

    pause_alert(pause_alert(alert))

    assert RuleChange.objects.filter(number=alert.pk).count() == 2


def test_a_copy_is_paused_and_has_a_name_of_its_own(
    alice: User, phone: Destination
) -> None:
    alert = made(alice, name="x" * 80, destinations=[str(phone.pk)])

    copy, is_new = copy_alert(alert, request_key="copy")
    again, is_another = copy_alert(alert, request_key="copy")

    assert (is_new, is_another, again.pk) == (True, False, copy.pk)
    assert copy.pk != alert.pk
    assert (copy.name, copy.is_active) == ("x" * 73 + " (copy)", False)
    assert (list(copy.destinations.all()), copy.expression) == (
        [phone],
        alert.expression,
    )
    assert alert.destinations.count() == 1


def test_a_deleted_alert_leaves_its_history(alice: User) -> None:
    alert = made(alice)
    going, number = episode(alert), alert.number

    delete_alert(alert)

    going.refresh_from_db()
    assert going.alert is None
    assert going.closed_ms is not None
    assert RuleChange.objects.filter(number=number).count() == 2


def test_an_alert_that_starts_later_is_not_asked_yet(alice: User) -> None:
    later = iso(now() + timedelta(days=1))

    assert not made(alice, starts_at=later).is_active
