"""The pages of alerts, episodes, deliveries and destinations."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.models import User
from alerts.models import Delivery, Destination, Episode, RuleChange, Signal
from scalpaiboard.lib.clock import now
from tests.alerts.rows import a_delivery, a_destination, an_alert, an_episode, an_event

pytestmark = [pytest.mark.django_db, pytest.mark.once]
MODELS = ("alert", "episode", "delivery", "destination")


def list_of(name: str) -> str:
    return reverse(f"admin:alerts_{name}_changelist")


def page_of(row: Model) -> str:
    return reverse(f"admin:alerts_{row._meta.model_name}_change", args=[row.pk])


def act(client: Client, action: str, *rows: Model) -> str:
    answer = client.post(
        list_of(str(rows[0]._meta.model_name)),
        {"action": action, "_selected_action": [str(one.pk) for one in rows]},
        follow=True,
    )
    return answer.content.decode()


@pytest.fixture
def rows(alice: User) -> dict[str, Model]:
    alert = an_alert(alice)
    episode = an_episode(alert)
    an_event(episode)
    hook = a_destination(alice)
    return {
        "alert": alert,
        "episode": episode,
        "destination": hook,
        "delivery": a_delivery(hook),
    }


@pytest.mark.parametrize("name", MODELS)
def test_operators_read_each_row_and_change_it_by_no_form(
    operator: Client, rows: dict[str, Model], name: str
) -> None:
    page = page_of(rows[name])

    assert operator.get(page).status_code == 200
    assert operator.post(page, {}).status_code == 403
    assert operator.get(reverse(f"admin:alerts_{name}_add")).status_code == 403
    delete = reverse(f"admin:alerts_{name}_delete", args=[rows[name].pk])
    assert operator.post(delete, {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("name", MODELS)
def test_ordinary_people_see_none_of_it(
    client: Client, alice: User, rows: dict[str, Model], name: str
) -> None:
    client.force_login(alice)

    assert client.get(page_of(rows[name])).status_code == 302
    assert client.get(list_of(name)).status_code == 302


@pytest.mark.parametrize("name", ["destination", "delivery"])
def test_no_page_shows_a_secret(
    operator: Client, rows: dict[str, Model], name: str
) -> None:
    pages = operator.get(list_of(name)), operator.get(page_of(rows[name]))

    for page in pages:
        text = page.content.decode()
        assert "My hook" in text or name == "delivery"
        for secret in ("very-hidden", "hidden-too", "hook.example.org"):
            assert secret not in text


def test_an_alert_is_paused_and_resumed_through_its_service(
    operator: Client, alice: User
) -> None:
    alert = an_alert(alice)
    episode = an_episode(alert)

    act(operator, "pause", alert)

    alert.refresh_from_db()
    episode.refresh_from_db()
    assert (alert.is_enabled, alert.is_active) == (False, False)
    assert episode.closed_ms is not None
    assert RuleChange.objects.filter(number=alert.number).exists()
    assert "paused" in operator.get(list_of("alert")).content.decode()

    act(operator, "resume", alert)

    alert.refresh_from_db()
    assert (alert.is_enabled, alert.is_active) == (True, True)


def states(*deliveries: Delivery) -> list[str]:
    return [Delivery.objects.get(pk=one.pk).state for one in deliveries]


def test_what_failed_is_sent_again_and_what_was_delivered_is_not(
    operator: Client, alice: User
) -> None:
    hook = a_destination(alice)
    in_app = a_destination(alice, "in_app")
    failed = a_delivery(hook, "a", state="failed", attempts=9, last_error="Gone.")
    cancelled = a_delivery(hook, "b", state="cancelled")
    delivered = a_delivery(hook, "c", state="delivered")
    shown = a_delivery(in_app, "d", state="failed")

    page = act(operator, "retry", failed, cancelled, delivered, shown)

    assert states(failed, cancelled, delivered, shown) == [
        *("owed", "owed", "delivered", "failed")
    ]
    failed.refresh_from_db()
    assert failed.attempts == 0
    assert failed.due_at <= now()
    assert "2 are owed again, 2 stay as they are" in page


def test_only_what_is_owed_and_not_under_way_is_cancelled(
    operator: Client, alice: User
) -> None:
    hook = a_destination(alice)
    owed = a_delivery(hook, "a")
    claimed = a_delivery(hook, "b", state="claimed")
    failed = a_delivery(hook, "c", state="failed")

    page = act(operator, "cancel", owed, claimed, failed)

    assert states(owed, claimed, failed) == ["cancelled", "claimed", "failed"]
    assert "1 are cancelled, 2 stay as they are" in page


def test_an_operator_without_the_right_cannot_act(
    client: Client, alice: User, rows: dict[str, Model]
) -> None:
    bob = User.objects.create_user("bob@example.org", "plain", is_staff=True)
    bob.user_permissions.add(Permission.objects.get(codename="view_delivery"))
    client.force_login(bob)

    act(client, "cancel", rows["delivery"])

    assert Delivery.objects.get().state == "owed"


def chart_of(page: Any, title: str) -> dict[str, list[int]]:
    [chart] = [one for one in page.context["charts"] if one.title == title]
    data = json.loads(chart.data)
    return {one["label"]: one["data"] for one in data["datasets"]}


def test_fires_stand_above_the_episodes_by_hour_and_day(
    operator: Client, alice: User
) -> None:
    signal = Signal.objects.get(slug="flat_8h")
    for symbol in ("AUSDT", "BUSDT"):
        an_episode(signal, symbol=symbol)
    day_ago = an_episode(an_alert(alice))
    Episode.objects.filter(pk=day_ago.pk).update(
        opened_ms=day_ago.opened_ms - 25 * 3_600_000
    )

    page = operator.get(list_of("episode"))

    hours = chart_of(page, "Fires in 24 hours")
    days = chart_of(page, "Fires in 14 days")
    assert (len(hours["signals"]), len(days["signals"])) == (24, 14)
    assert (sum(hours["signals"]), sum(hours["alerts"])) == (2, 0)
    assert (sum(days["signals"]), sum(days["alerts"])) == (2, 1)
    assert hours["signals"][-2:] in ([0, 2], [2, 0])


def test_deliveries_stand_above_their_list_by_state(
    operator: Client, alice: User
) -> None:
    hook = a_destination(alice)
    for number, state in enumerate(("delivered", "delivered", "failed", "owed")):
        a_delivery(hook, str(number), state=state)
    old = a_delivery(hook, "old", state="failed")
    Delivery.objects.filter(pk=old.pk).update(created_at=now() - timedelta(hours=30))

    page = operator.get(list_of("delivery"))

    found = chart_of(page, "Deliveries in 24 hours")
    assert {state: sum(counts) for state, counts in found.items()} == {
        "delivered": 2,
        "owed": 1,
        "claimed": 0,
        "failed": 1,
        "cancelled": 0,
    }
    assert sum(chart_of(page, "Of these failed")["failed"]) == 1


@pytest.mark.parametrize("question", ["open=yes", "open=no", "rule=signal"])
def test_episodes_are_filtered(operator: Client, alice: User, question: str) -> None:
    signal = Signal.objects.get(slug="flat_8h")
    an_episode(signal, symbol="OPENUSDT")
    an_episode(signal, symbol="OVERUSDT", closed_ms=1)
    an_episode(an_alert(alice), symbol="MINEUSDT", closed_ms=1)

    page = operator.get(f"{list_of('episode')}?{question}")

    shown = {one.symbol for one in page.context["cl"].result_list}
    assert (
        shown
        == {
            "open=yes": {"OPENUSDT"},
            "open=no": {"OVERUSDT", "MINEUSDT"},
            "rule=signal": {"OPENUSDT", "OVERUSDT"},
        }[question]
    )


@pytest.mark.parametrize("name", MODELS)
def test_a_list_asks_the_same_number_of_times_whatever_it_shows(
    operator: Client, name: str, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        owner = User.objects.create_user(f"p{number}@example.org", "plain")
        alert = an_alert(owner)
        an_episode(alert)
        a_delivery(a_destination(owner), str(number))

    with django_assert_max_num_queries(12):
        assert operator.get(list_of(name)).status_code == 200


def test_secrets_are_not_even_read_for_the_lists(
    operator: Client, rows: dict[str, Model]
) -> None:
    for name in ("destination", "delivery"):
        shown = operator.get(list_of(name)).context["cl"].result_list[0]
        held = shown if isinstance(shown, Destination) else shown.destination
        assert "config" in held.get_deferred_fields()
