import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from markets.engine.catalogue import COLUMNS
from markets.models import Export, Screen
from markets.services import exports, screens
from scalpaiboard.lib.clock import now

SCREEN = {
    "name": "Strong",
    "expression": "change_1h >= 0.1",
    "columns": ["price", "change_1h"],
    "sort": "-change_1h",
    "clock": "closed",
    "pinned": ["BTCUSDT"],
}

pytestmark = pytest.mark.django_db


def post(client: Client, path: str, body: Any = None, **headers: str) -> Any:
    return client.post(
        f"/api/{path}", body or {}, content_type="application/json", headers=headers
    )


def kept(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/api/screens").json()["screens"]
    return found


def test_a_person_finds_a_kept_screen_as_it_was(alice: Client) -> None:
    made = post(alice, "screens", SCREEN)

    assert made.status_code == 201
    (screen,) = kept(alice)
    assert {name: screen[name] for name in SCREEN} == SCREEN
    assert alice.get(f"/api/screens/{screen['id']}").json() == screen
    assert screen["link"] is None


def test_a_screen_is_changed_and_deleted_by_its_owner(alice: Client) -> None:
    path = f"/api/screens/{post(alice, 'screens', SCREEN).json()['id']}"
    changed = SCREEN | {"name": "Weak", "expression": "change_1h < 0"}

    answer = alice.put(path, changed, content_type="application/json")
    gone = alice.delete(path)

    assert answer.json()["expression"] == "change_1h < 0"
    assert (gone.status_code, kept(alice)) == (204, [])


def test_another_user_neither_sees_nor_touches_a_screen(
    alice: Client, bob: Client
) -> None:
    path = f"/api/screens/{post(alice, 'screens', SCREEN).json()['id']}"

    answers = [
        bob.get(path),
        bob.put(path, SCREEN, content_type="application/json"),
        bob.delete(path),
        bob.post(f"{path}/link"),
        bob.delete(f"{path}/link"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5
    assert kept(bob) == []
    assert len(kept(alice)) == 1


@pytest.mark.parametrize("path", ["screens", "exports"])
def test_a_visitor_is_told_to_log_in(client: Client, path: str) -> None:
    assert client.get(f"/api/{path}").status_code == 403
    assert post(client, path, SCREEN).status_code == 403


def test_a_repeated_request_makes_one_screen(alice: Client) -> None:
    first = post(alice, "screens", SCREEN, **{"Idempotency-Key": "one"})
    again = post(alice, "screens", SCREEN, **{"Idempotency-Key": "one"})

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert len(kept(alice)) == 1


def test_a_name_is_taken_once_a_person(alice: Client, bob: Client) -> None:
    post(alice, "screens", SCREEN)

    again = post(alice, "screens", SCREEN)

    assert "name" in again.json()["error"]["fields"]
    assert post(bob, "screens", SCREEN).status_code == 201


def test_no_more_screens_are_kept_than_may_be(
    alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screens, "MOST_SCREENS", 1)
    post(alice, "screens", SCREEN)

    refused = post(alice, "screens", SCREEN | {"name": "Another"})

    assert refused.status_code == 400
    assert len(kept(alice)) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "x" * 61),
        ("expression", "chnge_1h > 1"),
        ("expression", 7),
        ("columns", []),
        ("columns", ["no_metric"]),
        ("columns", ["price", "price"]),
        ("sort", "no_metric"),
        ("clock", "slow"),
        ("pinned", ["A"] * 2),
        ("pinned", [f"P{number}" for number in range(21)]),
        ("colour", "red"),
    ],
)
def test_a_wrong_field_is_named(alice: Client, field: str, value: Any) -> None:
    refused = post(alice, "screens", SCREEN | {field: value})

    assert refused.status_code == 400
    assert list(refused.json()["error"]["fields"]) == [field]
    assert not Screen.objects.exists()


def test_a_link_shows_a_screen_to_anyone_until_it_ends(
    alice: Client, client: Client
) -> None:
    path = f"screens/{post(alice, 'screens', SCREEN).json()['id']}/link"
    link = post(alice, path).json()["link"]
    same = post(alice, path).json()["link"]

    seen = client.get(f"/api/screens/shared/{link}")
    alice.delete(f"/api/{path}")
    unseen = client.get(f"/api/screens/shared/{link}")

    assert (len(link), same) == (43, link)
    assert seen.json() == SCREEN
    assert unseen.status_code == 404


def test_what_a_screen_names_and_the_board_no_longer_has_is_left_out(
    alice: Client,
) -> None:
    post(alice, "screens", SCREEN)
    Screen.objects.update(choice={"expression": "old_metric > 1", "sort": "symbol"})

    (screen,) = kept(alice)

    assert (screen["expression"], screen["sort"]) == ("", "symbol")


@pytest.fixture
def large_file(
    market: Any,
    alice: Client,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> dict[str, Any]:
    """A file of every column that the worker has made for Alice."""
    body = {"format": "json", "columns": list(COLUMNS), "sort": "symbol"}
    with django_capture_on_commit_callbacks(execute=False):
        answer = post(alice, "exports", body)
    assert answer.status_code == 202
    exports.write_export(Export.objects.get().pk)
    made: dict[str, Any] = answer.json()
    return made


def test_a_large_file_is_made_in_the_background_and_fetched(
    alice: Client, large_file: dict[str, Any]
) -> None:
    path = f"/api/exports/{large_file['id']}"

    export = alice.get(path).json()
    rows = json.loads(b"".join(alice.get(export["file"])))

    assert (large_file["state"], large_file["file"]) == ("waiting", None)
    assert (export["state"], export["rows_done"], export["rows_total"]) == (
        "ready",
        3,
        3,
    )
    assert [row["symbol"] for row in rows] == ["BTCUSDT", "DOGEUSDT", "ETHUSDT"]
    assert set(COLUMNS) < set(rows[0])


def test_another_user_gets_nothing_of_a_file(
    bob: Client, large_file: dict[str, Any]
) -> None:
    path = f"/api/exports/{large_file['id']}"

    answers = [bob.get(path), bob.get(f"{path}/file"), bob.delete(path)]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert bob.get("/api/exports").json() == {"exports": []}
    assert Export.objects.exists()


def test_a_file_goes_when_its_owner_or_its_day_says_so(
    alice: Client, large_file: dict[str, Any]
) -> None:
    export = Export.objects.get()
    file = exports.path_of(export)
    Export.objects.update(expires_at=now() - timedelta(seconds=1))

    assert alice.get(f"/api/exports/{large_file['id']}").status_code == 404
    assert file.exists()
    exports.drop_expired_exports()

    assert not file.exists()
    assert not Export.objects.exists()


def test_a_file_without_a_market_has_failed_and_leaves_nothing(alice: Client) -> None:
    made = post(alice, "exports", {"format": "csv"}).json()

    exports.write_export(uuid.UUID(made["id"]))

    assert alice.get(f"/api/exports/{made['id']}").json()["state"] == "failed"
    assert not exports.path_of(Export.objects.get()).exists()
