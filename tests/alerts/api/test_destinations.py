import re
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import User
from alerts.models import Delivery, Destination
from alerts.services import destinations, proofs
from alerts.services.proofs import start_proof
from alerts.typed import iso
from scalpaiboard.lib.clock import now
from tests.alerts.api.conftest import Person
from tests.alerts.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.once]

KINDS = ["email", "discord", "web_push", "apprise"]


def add(person: Person, kind: str, world: World, **more: Any) -> Any:
    return person.ask(
        "POST", "destinations", {"kind": kind, "config": world.typed(kind)} | more
    )


def added(person: Person, kind: str, world: World, **more: Any) -> dict[str, Any]:
    """Add a destination, and let its proof be sent as the worker does."""
    answer = add(person, kind, world, **more)
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    start_proof(Destination.objects.get(pk=found["id"]).pk)
    return found


def code_in(world: World, kind: str) -> str:
    texts = {
        "email": lambda: str(world.mail.mails[-1]["Subject"]),
        "discord": lambda: str(list(world.discord.messages.values())[-1]),
        "web_push": lambda: str(world.push.shown[-1]),
        "apprise": lambda: str(world.receiver.received[-1].json()),
    }
    found = re.search(r"\b(\d{6})\b", texts[kind]())
    assert found
    return found.group(1)


def verify(person: Person, made: dict[str, Any], code: str | None) -> Any:
    body = {} if code is None else {"code": code}
    return person.ask("POST", f"destinations/{made['id']}/verify", body)


def fields(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 400, answer.content
    found: dict[str, list[str]] = answer.json()["error"]["fields"]
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_code_that_arrives_there_proves_a_destination(
    alice_asks: Person, world: World, kind: str
) -> None:
    made = added(alice_asks, kind, world)
    assert (made["state"], made["is_ready"]) == ("unverified", False)

    after = verify(alice_asks, made, code_in(world, kind))

    assert after.status_code == 200
    assert (after.json()["is_ready"], after.json()["next_step"]) == (True, "")


def test_a_wrong_code_is_tried_five_times(alice_asks: Person, world: World) -> None:
    made = added(alice_asks, "email", world)
    right = code_in(world, "email")
    wrong = f"{(int(right) + 1) % 1_000_000:06}"

    said = [fields(verify(alice_asks, made, wrong))["code"][0] for _ in range(5)]

    assert said[0] == "This is not the code; 4 tries are left."
    assert said[-1] == "This is not the code; 0 tries are left."
    assert "too often" in fields(verify(alice_asks, made, right))["code"][0]
    assert not Destination.objects.get().is_ready


def test_a_code_is_good_for_a_quarter_of_an_hour(
    alice_asks: Person, world: World
) -> None:
    made = added(alice_asks, "email", world)
    Destination.objects.update(secret_sent_at=now() - timedelta(minutes=16))

    assert (
        "ask for another"
        in fields(verify(alice_asks, made, code_in(world, "email")))["code"][0]
    )


def test_a_second_code_ends_the_first(alice_asks: Person, world: World) -> None:
    made = added(alice_asks, "email", world)
    first = code_in(world, "email")
    Destination.objects.update(secret_sent_at=now() - timedelta(minutes=1))

    assert verify(alice_asks, made, None).status_code == 202
    start_proof(Destination.objects.get().pk)

    second = code_in(world, "email")
    assert len(world.mail.mails) == 2
    if first != second:
        assert verify(alice_asks, made, first).status_code == 400
    assert verify(alice_asks, made, second).status_code == 200


def test_codes_are_not_sent_in_haste(alice_asks: Person, world: World) -> None:
    made = added(alice_asks, "email", world)

    assert "wait 30 s" in fields(verify(alice_asks, made, None))["request"][0]


def test_the_code_stands_nowhere_in_the_database(
    alice_asks: Person, world: World
) -> None:
    added(alice_asks, "email", world)

    kept = Destination.objects.values().get()
    assert code_in(world, "email") not in str(kept)
    assert len(kept["secret_hash"]) == 64


def test_a_webhook_is_proved_by_its_echo_and_told_its_secret_once(
    alice_asks: Person, world: World
) -> None:
    made = added(alice_asks, "webhook", world)

    found = alice_asks.get(f"destinations/{made['id']}").json()
    assert found["is_ready"]
    assert len(made["secret"]) > 30
    assert "secret" not in found
    (challenge,) = world.receiver.received
    assert challenge.json()["type"] == "challenge"
    assert challenge.headers["x-scalpaiboard-signature"].startswith("sha256=")


def test_a_webhook_that_does_not_echo_stays_unproved(
    alice_asks: Person, world: World
) -> None:
    world.receiver.echoes = False

    made = added(alice_asks, "webhook", world)

    found = alice_asks.get(f"destinations/{made['id']}").json()
    assert not found["is_ready"]
    assert found["next_step"] == (
        "The address did not answer with the challenge. Ask for another try."
    )


def test_telegram_is_proved_by_a_link_that_only_its_owner_sees(
    alice_asks: Person, world: World
) -> None:
    made = added(alice_asks, "telegram", world)

    link = alice_asks.get(f"destinations/{made['id']}").json()["link"]

    assert re.fullmatch(r"https://t\.me/board_bot\?start=[A-Za-z0-9_-]{32}", link)


def test_what_goes_wrong_with_a_proof_is_told(alice_asks: Person, world: World) -> None:
    world.mail.refused["alice@example.org"] = "550 no such user"

    made = added(alice_asks, "email", world)

    found = alice_asks.get(f"destinations/{made['id']}").json()
    assert found["last_error"]
    assert found["next_step"].endswith("Ask for another try.")


def test_everyone_has_a_place_in_the_app(alice_asks: Person) -> None:
    first, again = (
        alice_asks.get("destinations").json()["destinations"] for _ in range(2)
    )

    assert first == again
    (found,) = first

    assert (found["kind"], found["is_ready"]) == ("in_app", True)
    path = f"destinations/{found['id']}"
    assert "request" in fields(alice_asks.ask("DELETE", path))


@pytest.mark.parametrize(
    ("kind", "shown"),
    [("email", "a…@example.org"), ("webhook", "127.0.0.1/…"), ("apprise", "json://…")],
)
def test_addresses_are_shown_in_part(
    alice_asks: Person, world: World, kind: str, shown: str
) -> None:
    assert add(alice_asks, kind, world).json()["address"] == shown


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "email", "config": {"address": "alice"}}, "config.address"),
        ({"kind": "email"}, "config.address"),
        ({"kind": "webhook", "config": {"url": "http://10.0.0.1/"}}, "config.url"),
        ({"kind": "webhook", "config": {"url": "file:///etc/passwd"}}, "config.url"),
        ({"kind": "discord", "config": {"url": "http://10.0.0.1/"}}, "config.url"),
        ({"kind": "apprise", "config": {"url": "dbus://"}}, "config.url"),
        ({"kind": "web_push", "config": {"subscription": {}}}, "config.endpoint"),
        ({"kind": "in_app"}, "kind"),
        ({"kind": "pigeon"}, "kind"),
        ({}, "kind"),
        ({"kind": "email", "config": 7}, "config"),
        ({"kind": "email", "messages_an_hour": 0}, "messages_an_hour"),
        ({"kind": "email", "colour": "red"}, "colour"),
        ([], "request"),
    ],
)
def test_a_wrong_field_is_named(
    alice_asks: Person, world: World, body: Any, field: str
) -> None:
    assert list(fields(alice_asks.ask("POST", "destinations", body))) == [field]
    assert not Destination.objects.exists()


def test_a_kind_that_is_not_set_up_is_refused(
    alice_asks: Person, world: World, settings: Settings
) -> None:
    settings.TELEGRAM_BOT_TOKEN = ""

    assert fields(add(alice_asks, "telegram", world)) == {
        "kind": ["Telegram is not set up on this board; ask its operator."]
    }


def test_a_repeated_request_makes_one_destination(
    alice_asks: Person, world: World
) -> None:
    body = {"kind": "webhook", "config": world.typed("webhook")}
    key = {"Idempotency-Key": "one"}

    answers = [alice_asks.ask("POST", "destinations", body, **key) for _ in range(2)]

    assert [one.status_code for one in answers] == [201, 200]
    assert [bool(one.json()["secret"]) for one in answers] == [True, False]


def test_no_more_destinations_are_kept_than_may_be(
    alice_asks: Person, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(destinations, "MOST_DESTINATIONS", 1)
    alice_asks.get("destinations")
    add(alice_asks, "email", world)

    assert "request" in fields(add(alice_asks, "email", world))


def test_a_destination_is_renamed_muted_paused_and_resumed(
    alice_asks: Person, phone: Destination
) -> None:
    path, until = f"destinations/{phone.pk}", iso(now() + timedelta(hours=1))
    phone.last_error = "It did not answer."
    phone.save()

    def change(**some: Any) -> Any:
        return alice_asks.ask("PATCH", path, some).json()

    assert change(name="Mine", messages_an_hour=5)["messages_an_hour"] == 5
    assert change(muted_until=until)["muted_until"] == until
    assert change(name="Mine")["muted_until"] == until
    assert change(muted_until=None)["muted_until"] is None
    assert change(state="paused")["is_ready"] is False
    after = change(state="verified")
    assert (after["is_ready"], after["last_error"]) == (True, "")


def test_nobody_verifies_by_saying_so(alice_asks: Person, world: World) -> None:
    made = added(alice_asks, "email", world)

    refused = alice_asks.ask(
        "PATCH", f"destinations/{made['id']}", {"state": "verified"}
    )

    assert list(fields(refused)) == ["state"]


def test_another_address_is_proved_anew(alice_asks: Person, world: World) -> None:
    made = added(alice_asks, "email", world)
    verify(alice_asks, made, code_in(world, "email"))

    after = alice_asks.ask(
        "PATCH",
        f"destinations/{made['id']}",
        {"config": {"address": "other@example.org"}},
    ).json()

    assert (after["is_ready"], after["address"]) == (False, "o…@example.org")


def test_a_test_is_owed_to_a_destination_that_is_ready(
    alice_asks: Person, phone: Destination, world: World
) -> None:
    made = added(alice_asks, "email", world)

    ready = alice_asks.ask("POST", f"destinations/{phone.pk}/test")
    unready = alice_asks.ask("POST", f"destinations/{made['id']}/test")

    assert (ready.status_code, unready.status_code) == (202, 400)
    assert Delivery.objects.get().destination == phone


def test_browsers_are_told_the_key(alice_asks: Person, world: World) -> None:
    key = alice_asks.get("destinations/web-push-key").json()["key"]

    assert re.fullmatch(r"[A-Za-z0-9_-]{87}", key)


PATHS = [
    ("GET", "destinations/{id}", None),
    ("PATCH", "destinations/{id}", {"name": "Mine"}),
    ("POST", "destinations/{id}/verify", {"code": "123456"}),
    ("POST", "destinations/{id}/verify", {}),
    ("POST", "destinations/{id}/test", None),
    ("DELETE", "destinations/{id}", None),
]
OWN = [
    ("GET", "destinations", None),
    ("POST", "destinations", {"kind": "email"}),
    ("GET", "destinations/web-push-key", None),
]


@pytest.mark.parametrize(("verb", "path", "body"), PATHS)
def test_the_destination_of_another_is_not_there(
    bob_asks: Person, phone: Destination, verb: str, path: str, body: Any
) -> None:
    assert bob_asks.ask(verb, path.format(id=phone.pk), body).status_code == 404
    phone.refresh_from_db()
    assert phone.name == "Phone"


@pytest.mark.parametrize(("verb", "path", "body"), [*PATHS, *OWN])
def test_a_visitor_is_told_to_log_in(
    stranger_asks: Person, phone: Destination, verb: str, path: str, body: Any
) -> None:
    assert stranger_asks.ask(verb, path.format(id=phone.pk), body).status_code == 403


def test_a_proof_for_a_destination_that_is_gone_is_nothing(alice: User) -> None:
    proofs.start_proof(Destination(owner=alice).pk)

    assert not Destination.objects.exists()
