"""People of the alerts' tests: Alice and Bob, and Olga, who operates the board."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.models import User
from alerts.models import Destination
from markets.selectors import pairs
from tests.alerts.stage import MARKET_KEY, SYMBOLS, Stage, other_process
from tests.alerts.world import World, a_world
from tests.markets.api.conftest import market
from tests.markets.rows import a_market

__all__ = ["market"]


@pytest.fixture(autouse=True)
def _fresh_desk() -> Iterator[None]:
    other_process()
    pairs._known.clear()
    yield
    other_process()


@pytest.fixture
def stage(db: None) -> Stage:
    """A market whose tables the test writes by hand."""
    a_market(dict.fromkeys(SYMBOLS, "0.01"), key=MARKET_KEY, label="Not real")
    return Stage()


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice@example.org", "plain")


@pytest.fixture
def bob(db: None) -> User:
    return User.objects.create_user("bob@example.org", "plain")


@pytest.fixture
def olga(db: None) -> User:
    return User.objects.create_superuser("olga@example.org", "plain")


@pytest.fixture
def phone(alice: User) -> Destination:
    """A verified destination of Alice's."""
    return Destination.objects.create(
        owner=alice,
        kind="telegram",
        name="Phone",
        config={"chat_id": "7"},
        state="verified",
    )


@pytest.fixture
def world(settings: Settings, tmp_path: Path) -> Iterator[World]:
    """Where messages go, on loopback."""
    with a_world(settings, tmp_path) as world:
        yield world
