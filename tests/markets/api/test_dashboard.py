from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from markets.models import Dashboard

LAYOUT = {
    "timeframe": "4h",
    "window": "15m",
    "charts": [
        {"symbol": "ETHUSDT", "timeframe": "1h"},
        {"symbol": "BTCUSDT", "timeframe": ""},
    ],
}
DEFAULT = {"timeframe": "15m", "window": "1h", "charts": []}

pytestmark = pytest.mark.django_db


@pytest.fixture
def carol() -> User:
    return User.objects.create_user("carol@example.com", "a long password")


def keep(client: Client, layout: Any) -> Any:
    return client.put("/api/dashboard", layout, content_type="application/json")


def kept(client: Client) -> Any:
    return client.get("/api/dashboard").json()


def test_a_visitor_keeps_a_dashboard_in_this_browser_alone(client: Client) -> None:
    assert keep(client, LAYOUT).json() == LAYOUT

    assert kept(client) == LAYOUT
    assert kept(Client()) == DEFAULT
    assert not Dashboard.objects.exists()


def test_a_person_finds_their_dashboard_in_every_browser(carol: User) -> None:
    here, there = Client(), Client()
    here.force_login(carol)
    there.force_login(carol)

    keep(here, LAYOUT)

    assert kept(there) == LAYOUT


def test_another_user_neither_sees_nor_changes_it(alice: Client, bob: Client) -> None:
    keep(alice, LAYOUT)

    keep(bob, DEFAULT)

    assert kept(alice) == LAYOUT
    assert kept(bob) == DEFAULT


def test_a_person_begins_with_what_their_browser_kept(carol: User) -> None:
    client = Client()
    keep(client, LAYOUT)

    client.force_login(carol)

    assert kept(client) == LAYOUT


def test_a_page_of_another_site_cannot_change_it(carol: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(carol)

    assert keep(client, LAYOUT).status_code == 403


@pytest.mark.parametrize("cookie", ["", "%7B", "[[", "%5B" * 1000, '{"window":"2h"}'])
def test_a_spoilt_cookie_counts_as_none(client: Client, cookie: str) -> None:
    client.cookies["dashboard"] = cookie

    assert kept(client) == DEFAULT


def test_what_is_wrong_is_named(client: Client) -> None:
    answer = keep(client, LAYOUT | {"timeframe": "7m"})

    assert answer.status_code == 400
    assert "timeframe" in answer.json()["error"]["fields"]


def test_arranging_charts_uses_none_of_the_hour_of_the_api(client: Client) -> None:
    keep(client, LAYOUT)

    answer = client.get("/api/dashboard")

    assert answer["X-RateLimit-Limit"] == "1000"
    assert answer["X-RateLimit-Remaining"] == "998"
