from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from markets import signals, snapshots
from markets.models import Instrument, Watchlist
from markets.services import watchlists

MAJORS = {"name": "Majors", "symbols": ["ETHUSDT", "BTCUSDT"]}

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("market")]


def post(client: Client, body: Any, **headers: str) -> Any:
    return client.post(
        "/api/watchlists", body, content_type="application/json", headers=headers
    )


def path_of(client: Client, body: Any) -> str:
    return f"/api/watchlists/{post(client, body).json()['id']}"


def put(client: Client, path: str, body: Any) -> Any:
    return client.put(path, body, content_type="application/json")


def patch(client: Client, path: str, body: Any) -> Any:
    return client.patch(path, body, content_type="application/json")


def kept(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/api/watchlists").json()["watchlists"]
    return found


def fields(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 400
    found: dict[str, list[str]] = answer.json()["error"]["fields"]
    return found


def test_a_person_finds_a_list_in_the_order_it_was_kept(alice: Client) -> None:
    made = post(alice, MAJORS)

    assert made.status_code == 201
    (found,) = kept(alice)
    assert {name: found[name] for name in MAJORS} == MAJORS
    assert alice.get(f"/api/watchlists/{found['id']}").json() == found


def test_a_list_is_replaced_as_a_whole(alice: Client) -> None:
    path = path_of(alice, MAJORS)

    answer = put(alice, path, {"name": "Empty"})

    assert (answer.json()["name"], answer.json()["symbols"]) == ("Empty", [])
    assert "name" in fields(put(alice, path, {"symbols": []}))


def test_one_part_of_a_list_is_changed_and_the_other_stays(alice: Client) -> None:
    path = path_of(alice, MAJORS)

    patch(alice, path, {"symbols": ["BTCUSDT", "ETHUSDT", "DOGEUSDT"]})
    patch(alice, path, {"name": "  Three   pairs "})

    (found,) = kept(alice)
    assert found["name"] == "Three pairs"
    assert found["symbols"] == ["BTCUSDT", "ETHUSDT", "DOGEUSDT"]


def test_a_deleted_list_is_gone(alice: Client) -> None:
    path = path_of(alice, MAJORS)

    gone = alice.delete(path)

    assert (gone.status_code, kept(alice)) == (204, [])
    assert alice.get(path).status_code == 404


def test_another_user_neither_sees_nor_touches_a_list(
    alice: Client, bob: Client
) -> None:
    path = path_of(alice, MAJORS)

    answers = [
        bob.get(path),
        put(bob, path, MAJORS),
        patch(bob, path, {"name": "Mine"}),
        bob.delete(path),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert kept(bob) == []
    assert kept(alice)[0]["name"] == "Majors"


def test_a_visitor_is_told_to_log_in(client: Client, alice: Client) -> None:
    path = path_of(alice, MAJORS)

    answers = [
        client.get("/api/watchlists"),
        post(client, MAJORS),
        client.get(path),
        put(client, path, MAJORS),
        patch(client, path, {}),
        client.delete(path),
    ]

    assert [answer.status_code for answer in answers] == [403] * 6


def test_a_repeated_request_makes_one_list(alice: Client) -> None:
    first = post(alice, MAJORS, **{"Idempotency-Key": "one"})
    again = post(alice, MAJORS, **{"Idempotency-Key": "one"})

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert len(kept(alice)) == 1


def test_a_key_that_is_too_long_is_refused(alice: Client) -> None:
    answer = post(alice, MAJORS, **{"Idempotency-Key": "k" * 65})

    assert "Idempotency-Key" in fields(answer)


def test_a_name_is_taken_once_a_person(alice: Client, bob: Client) -> None:
    post(alice, MAJORS)
    other = path_of(alice, MAJORS | {"name": "Other"})

    assert "name" in fields(post(alice, MAJORS))
    assert "name" in fields(patch(alice, other, {"name": "Majors"}))
    assert put(alice, other, MAJORS | {"name": "Other"}).status_code == 200
    assert post(bob, MAJORS).status_code == 201


def test_no_more_lists_are_kept_than_may_be(
    alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchlists, "MOST_WATCHLISTS", 1)
    post(alice, MAJORS)

    refused = post(alice, MAJORS | {"name": "Another"})

    assert fields(refused) == {"request": ["There are 1 watchlists; that is the most."]}
    assert len(kept(alice)) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", 7),
        ("name", "x" * 61),
        ("name", "\x00"),
        ("symbols", "BTCUSDT"),
        ("symbols", [1]),
        ("symbols", [""]),
        ("symbols", ["BTC\x00"]),
        ("symbols", ["BTCUSDT", "BTCUSDT"]),
        ("symbols", [f"P{number}" for number in range(201)]),
        ("symbols", ["NOPEUSDT"]),
        ("colour", "red"),
    ],
)
def test_a_wrong_field_is_named(alice: Client, field: str, value: Any) -> None:
    refused = post(alice, MAJORS | {field: value})

    assert list(fields(refused)) == [field]
    assert not Watchlist.objects.exists()


def test_a_misspelt_pair_is_told_with_what_was_meant(alice: Client) -> None:
    refused = post(alice, MAJORS | {"symbols": ["btcusd"]})

    assert fields(refused)["symbols"] == [
        "The market has no pair 'btcusd'; did you mean 'BTCUSDT'?"
    ]


def test_a_delisted_pair_stays_where_it_was_and_comes_nowhere_else(
    alice: Client,
) -> None:
    path = path_of(alice, MAJORS)
    Instrument.objects.filter(symbol="ETHUSDT").update(status="delisted")

    turned = patch(alice, path, {"symbols": ["BTCUSDT", "ETHUSDT"]})
    anew = post(alice, MAJORS | {"name": "Late"})

    assert turned.json()["symbols"] == ["BTCUSDT", "ETHUSDT"]
    assert "symbols" in fields(anew)


@pytest.mark.parametrize("verb", ["patch", "delete"])
def test_the_apps_above_are_told_of_a_change(alice: Client, verb: str) -> None:
    path = path_of(alice, MAJORS)
    told: list[str] = []

    def hear(watchlist_id: object, **_: object) -> None:
        told.append(str(watchlist_id))

    signals.watchlist_changed.connect(hear)
    try:
        alice.generic(verb.upper(), path, "{}", content_type="application/json")
    finally:
        signals.watchlist_changed.disconnect(hear)

    assert told == [path.rpartition("/")[2]]


def test_a_list_without_pairs_needs_no_market(alice: Client) -> None:
    cache.clear()
    snapshots._known.clear()

    assert post(alice, {"name": "Later"}).status_code == 201
    assert post(alice, MAJORS).status_code == 503
