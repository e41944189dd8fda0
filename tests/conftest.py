"""What every test stands on: a closed network, a clean cache, recorded data."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from hypothesis import HealthCheck, settings
from pytest_django import DjangoDbBlocker

from markets import recent_snapshots, snapshots
from tests import network

ROOT = Path(__file__).resolve().parent.parent

network.guard()

# How fast a busy machine draws examples is no property of the code.
settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """End sessions that a thread has left open: PostgreSQL would keep the database."""
    yield
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--on-servers",
        action="store_true",
        help="only what depends on the database, cache or bus, for a second run "
        "with DATABASE_URL and REDIS_URL set",
    )
    parser.addoption(
        "--faults",
        action="store_true",
        help="the long form of the tests that kill processes",
    )
    parser.addoption(
        "--renew-references",
        action="store_true",
        help="make what the style guide looks like now its reference",
    )


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    if not config.getoption("--on-servers"):
        return
    kept = [item for item in items if _needs_servers(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def _needs_servers(item: pytest.Item) -> bool:
    fixtures = getattr(item, "fixturenames", ())
    return item.get_closest_marker("once") is None and (
        item.get_closest_marker("servers") is not None
        or item.get_closest_marker("django_db") is not None
        or not {"db", "transactional_db"}.isdisjoint(fixtures)
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", []):
        if isinstance(report.longrepr, tuple):
            reasons[report.longrepr[2].removeprefix("Skipped: ")] += 1
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"Left out: {count} tests. {reason}")


@pytest.fixture(autouse=True)
def only_this_machine() -> Iterator[None]:
    """Fail a test that reaches for another machine, even where that is caught."""
    network.refused.clear()
    yield
    assert not network.refused, f"connections that no test planned: {network.refused}"


@pytest.fixture(autouse=True)
def clean_cache() -> Iterator[None]:
    """Leave no table or state of the market to the next test."""
    yield
    cache.clear()
    snapshots._known.clear()
    snapshots._known_states.clear()
    recent_snapshots._known.clear()


@pytest.fixture(scope="session")
def recorded_data() -> Path:
    """The folder of recorded market data, which is not part of the project."""
    named = os.environ.get("RECORDED_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(
            f"No recorded market data in {folder}; RECORDED_DATA names its folder."
        )
    return folder


@pytest.fixture(scope="session")
def long_form(pytestconfig: pytest.Config) -> bool:
    """Whether this is `make faults`, which takes its time."""
    return bool(pytestconfig.getoption("--faults"))
