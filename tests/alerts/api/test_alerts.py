from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from alerts.models import Alert, Delivery, Destination, EpisodeEvent
from alerts.services.notifications import in_app_of
from alerts.typed import iso
from markets import snapshots
from scalpaiboard.lib.clock import now
from tests.alerts.api.conftest import Person
from tests.alerts.services.test_rules import FORM, PRICE, episode

pytestmark = [pytest.mark.usefixtures("market"), pytest.mark.once]


def made(person: Person, **changes: Any) -> dict[str, Any]:
    answer = person.ask("POST", "alerts", PRICE | changes)
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def fields(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 400, answer.content
    found: dict[str, list[str]] = answer.json()["error"]["fields"]
    return found


def test_a_person_finds_an_alert_as_it_was_made(
    alice_asks: Person, phone: Destination
) -> None:
    alert = made(alice_asks, form=FORM, destinations=[str(phone.pk)])

    (found,) = alice_asks.get("alerts").json()["alerts"]
    assert found == alert == alice_asks.get(f"alerts/{alert['id']}").json()
    assert found["form"] == FORM
    assert found["words"] == "price crosses above 2,000"
    assert (found["state"], found["open_pairs"], found["last_fired_ms"]) == (
        "active",
        0,
        None,
    )
    assert found["destinations"] == [str(phone.pk)]


def test_an_alert_is_sent_back_as_it_was_told(alice_asks: Person) -> None:
    alert = made(alice_asks, form=FORM | {"hysteresis_pct": 1})

    after = alice_asks.ask("PUT", f"alerts/{alert['id']}", alert).json()

    told_anew = {"updated_at": after["updated_at"]}
    assert after == alert | told_anew


def test_one_part_is_changed_and_the_others_stay(alice_asks: Person) -> None:
    alert = made(alice_asks, cool_down_minutes=30)

    after = alice_asks.ask("PATCH", f"alerts/{alert['id']}", {"name": "Other"}).json()

    assert (after["name"], after["cool_down_minutes"]) == ("Other", 30)
    assert after["version"] == alert["version"]


def test_a_wrong_part_is_told_beside_its_field(alice_asks: Person) -> None:
    refused = alice_asks.ask("POST", "alerts", PRICE | {"expression": "chnge_1h > 1"})

    assert fields(refused) == {
        "expression": ["unknown metric 'chnge_1h' at 1–8; did you mean 'change_1h'?"]
    }


@pytest.mark.parametrize(
    ("changes", "happens", "state"),
    [
        ({}, "nothing", "active"),
        ({}, "opens", "open"),
        ({"is_enabled": False}, "nothing", "paused"),
        ({"starts_at": iso(now() + timedelta(days=1))}, "nothing", "waiting"),
        ({"mode": "once"}, "finishes", "finished"),
        ({}, "expires", "expired"),
    ],
)
def test_the_state_of_an_alert_is_one_word(
    alice_asks: Person, changes: dict[str, Any], happens: str, state: str
) -> None:
    made(alice_asks, **changes)
    if happens == "opens":
        episode(Alert.objects.get())
    if happens == "finishes":
        Alert.objects.update(finished_at=now(), is_active=False)
    if happens == "expires":
        Alert.objects.update(expires_at=now())

    (found,) = alice_asks.get("alerts").json()["alerts"]

    assert found["state"] == state


def test_what_came_of_alerts_is_counted(alice_asks: Person) -> None:
    made(alice_asks)
    alert = Alert.objects.get()
    episode(alert, symbol="ETHUSDT", opened_ms=5, closed_ms=6)
    episode(alert, symbol="ETHUSDT", opened_ms=9)
    episode(alert, opened_ms=7)

    (found,) = alice_asks.get("alerts").json()["alerts"]

    assert (found["fired_total"], found["last_fired_ms"], found["open_pairs"]) == (
        3,
        9,
        2,
    )


def test_a_list_of_many_costs_as_many_questions_as_one_of_few(
    alice_asks: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        made(alice_asks, name=f"Alert {number}")

    # Session, person, alerts, destinations, fires, what came after.
    with django_assert_num_queries(6):
        alice_asks.get("alerts")


def test_an_alert_is_paused_and_resumed(alice_asks: Person) -> None:
    path = f"alerts/{made(alice_asks)['id']}/pause"

    states = [alice_asks.ask(verb, path).json()["state"] for verb in ("POST", "DELETE")]

    assert states == ["paused", "active"]


def test_a_copy_is_made_once_a_request(alice_asks: Person) -> None:
    path = f"alerts/{made(alice_asks)['id']}/copies"
    key = {"Idempotency-Key": "copy"}

    first = alice_asks.ask("POST", path, {}, **key)
    again = alice_asks.ask("POST", path, {}, **key)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["state"] == "paused"


def test_a_repeated_request_makes_one_alert(alice_asks: Person) -> None:
    key = {"Idempotency-Key": "one"}

    codes = [
        alice_asks.ask("POST", "alerts", PRICE, **key).status_code for _ in range(2)
    ]

    assert codes == [201, 200]
    assert Alert.objects.count() == 1


def test_a_test_is_owed_to_every_destination_that_is_ready(
    alice_asks: Person, alice: User, phone: Destination
) -> None:
    new = Destination.objects.create(owner=alice, kind="email", name="Mail", config={})
    places = [str(one.pk) for one in (phone, new, in_app_of(alice.pk))]
    path = f"alerts/{made(alice_asks, destinations=places)['id']}/tests"

    answers = [
        alice_asks.ask("POST", path, {}, **{"Idempotency-Key": "test"})
        for _ in range(2)
    ]

    assert [one.status_code for one in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    states = dict(Delivery.objects.values_list("destination__kind", "state"))
    assert states == {"telegram": "owed", "in_app": "delivered"}


def test_a_test_needs_a_destination(alice_asks: Person) -> None:
    path = f"alerts/{made(alice_asks)['id']}/tests"

    assert list(fields(alice_asks.ask("POST", path))) == ["destinations"]


def test_a_file_goes_out_and_comes_in(alice_asks: Person) -> None:
    made(alice_asks, form=FORM)
    made(alice_asks, name="Second", mode="reminder", remind_minutes=5)
    file = alice_asks.get("alerts/file").json()
    Alert.objects.all().delete()

    answer = alice_asks.ask("POST", "alerts/file", file)

    assert answer.status_code == 201
    assert alice_asks.get("alerts/file").json() == file


def test_an_item_of_a_file_that_is_wrong_is_named(alice_asks: Person) -> None:
    file = {"alerts": [PRICE, PRICE | {"template": "{nope}"}]}

    assert list(fields(alice_asks.ask("POST", "alerts/file", file))) == [
        "alerts.1.template"
    ]
    assert not Alert.objects.exists()


def test_limits_are_told(alice_asks: Person, settings: Settings) -> None:
    settings.ALERTS_PER_USER = 3
    made(alice_asks)

    assert alice_asks.get("alerts/limits").json() == {
        "most": 3,
        "used": 1,
        "messages_an_hour": settings.MESSAGES_AN_HOUR,
    }


def test_history_tells_what_was_found_and_who_was_told(
    alice_asks: Person, phone: Destination
) -> None:
    made(alice_asks)
    going = episode(Alert.objects.get(), metric="price", value=70_000.5, price=70_000.5)
    event = EpisodeEvent.objects.create(
        episode=going,
        rule_number=going.rule_number,
        market_key=going.market_key,
        symbol=going.symbol,
        candle_open_ms=1,
        phase="open",
        at_ms=going.opened_ms,
    )
    sent = Delivery.objects.create(
        key="k", destination=phone, owner=phone.owner, content={}, due_at=now()
    )
    sent.events.add(event)

    (found,) = alice_asks.get("alerts/history").json()["episodes"]

    assert found["rule"] == {
        "kind": "alert",
        "id": going.alert_id,
        "name": "Bitcoin high",
    }
    assert (found["opened_ms"], found["value"], found["words"]) == (
        going.opened_ms,
        70_000.5,
        "price 70,000.5",
    )
    assert found["deliveries"] == [
        {"destination": "Phone", "kind": "telegram", "state": "owed", "last_error": ""}
    ]


def test_history_comes_in_pages_that_miss_and_repeat_nothing(
    alice_asks: Person,
) -> None:
    alert = made(alice_asks)
    for number in range(5):
        episode(Alert.objects.get(), symbol=f"P{number}", opened_ms=7 + number // 4)

    seen: list[str] = []
    question: dict[str, Any] | None = {"limit": 2}
    while question is not None:
        page = alice_asks.get(f"alerts/{alert['id']}/history", **question).json()
        seen += [one["symbol"] for one in page["episodes"]]
        question = page["next"] and {"limit": 2, "before": page["next"]}

    assert seen == ["P4", "P3", "P2", "P1", "P0"]


def test_history_is_asked_of_a_pair_and_a_time(alice_asks: Person) -> None:
    made(alice_asks)
    alert = Alert.objects.get()
    episode(alert, opened_ms=5, closed_ms=6)
    episode(alert, opened_ms=9)
    episode(alert, symbol="ETHUSDT", opened_ms=9)

    found = alice_asks.get("alerts/history", symbol="btcusdt", since=7).json()

    assert [one["opened_ms"] for one in found["episodes"]] == [9]


def test_history_outlives_its_alert(alice_asks: Person) -> None:
    alert = made(alice_asks)
    episode(Alert.objects.get())

    assert alice_asks.ask("DELETE", f"alerts/{alert['id']}").status_code == 204

    (found,) = alice_asks.get("alerts/history").json()["episodes"]
    assert (found["rule"]["id"], found["rule"]["name"]) == (None, "Bitcoin high")


def test_a_pair_needs_a_market_that_knows_it(alice_asks: Person) -> None:
    cache.clear()
    snapshots._known.clear()

    assert alice_asks.ask("POST", "alerts", PRICE).status_code == 503


PATHS = [
    ("GET", "alerts/{id}", None),
    ("PUT", "alerts/{id}", PRICE),
    ("PATCH", "alerts/{id}", {"name": "Mine"}),
    ("POST", "alerts/{id}/pause", None),
    ("DELETE", "alerts/{id}/pause", None),
    ("POST", "alerts/{id}/copies", {}),
    ("POST", "alerts/{id}/tests", {}),
    ("GET", "alerts/{id}/history", None),
    ("DELETE", "alerts/{id}", None),
]
OWN = [
    ("GET", "alerts", None),
    ("POST", "alerts", PRICE),
    ("GET", "alerts/file", None),
    ("POST", "alerts/file", {"alerts": [PRICE]}),
    ("GET", "alerts/limits", None),
    ("GET", "alerts/history", None),
    ("POST", "alerts/preview", PRICE),
    ("GET", "alerts/preview/abc", None),
    ("GET", "alerts/explain", None),
    ("GET", "notifications", None),
    ("POST", "notifications/read", {"all": True}),
]


@pytest.mark.parametrize(("verb", "path", "body"), PATHS)
def test_the_alert_of_another_is_not_there(
    alice_asks: Person, bob_asks: Person, verb: str, path: str, body: Any
) -> None:
    its = path.format(id=made(alice_asks)["id"])

    assert bob_asks.ask(verb, its, body).status_code == 404
    assert alice_asks.get("alerts").json()["alerts"][0]["name"] == "Bitcoin high"
    assert bob_asks.get("alerts").json()["alerts"] == []


@pytest.mark.parametrize(("verb", "path", "body"), [*PATHS, *OWN])
def test_a_visitor_is_told_to_log_in(
    alice_asks: Person, stranger_asks: Person, verb: str, path: str, body: Any
) -> None:
    its = path.format(id=made(alice_asks)["id"])

    assert stranger_asks.ask(verb, its, body).status_code == 403
    assert Alert.objects.count() == 1


def test_the_history_of_another_is_not_shown(
    alice_asks: Person, bob_asks: Person
) -> None:
    made(alice_asks)
    episode(Alert.objects.get())

    assert bob_asks.get("alerts/history").json()["episodes"] == []


@pytest.mark.parametrize(
    "question",
    [
        {"limit": 0},
        {"limit": 1_001},
        {"before": "x"},
        {"before": "1-y"},
        {"since": -1},
        {"colour": "red"},
    ],
)
def test_a_wrong_question_to_the_history_is_named(
    alice_asks: Person, question: dict[str, Any]
) -> None:
    assert list(fields(alice_asks.get("alerts/history", **question))) == list(question)
