"""How each part of the board is, for people and for probes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from kombu import Connection
from kombu.exceptions import KombuError
from redis import RedisError

from markets.errors import MarketUnavailableError
from markets.feature_shelf import shelf_state
from markets.features.store import date_of
from markets.selectors.tables import current_state, current_table
from scalpaiboard.lib.clock import now_ms

STALE_FEED_MS: Final = 15_000
_BROKER_LIMIT_S: Final = 2


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the board; the message is a sentence for a person."""

    name: str
    is_ok: bool
    message: str


def parts_of_the_board() -> list[Part]:
    """Return the state of every part that the board needs."""
    return [
        _asked("database", _ask_database, "The database answers."),
        _asked("cache", _ask_cache, "The cache answers."),
        _asked("broker", _ask_broker, "The broker answers."),
        _feed(),
    ]


def past_days() -> Part:
    """Return what is kept of past days; the board serves without."""
    try:
        state = shelf_state()
    except OSError as error:
        kind = type(error).__name__
        message = f"The past days cannot be read ({kind})."
        return Part("past days", is_ok=False, message=message)
    if state.newest_day is None or state.written_at_ms is None:
        message = "No past day is kept yet."
        return Part("past days", is_ok=True, message=message)
    outdated = f" {state.outdated} of other formulas." if state.outdated else ""
    message = (
        f"{state.days} past days take {state.size_bytes / 1e9:.1f} of "
        f"{state.limit_bytes / 1e9:.0f} GB; the newest is "
        f"{date_of(state.newest_day)}.{outdated}"
    )
    return Part("past days", is_ok=True, message=message)


def _asked(name: str, ask: Callable[[], None], fine: str) -> Part:
    try:
        ask()
    except (DatabaseError, RedisError, KombuError, OSError, ValueError) as error:
        kind = type(error).__name__
        return Part(name, is_ok=False, message=f"The {name} does not answer ({kind}).")
    return Part(name, is_ok=True, message=fine)


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_cache() -> None:
    cache.set("health", 1, 10)
    if cache.get("health") != 1:
        raise ValueError("The cache lost what it was given.")


def _ask_broker() -> None:
    with Connection(
        settings.CELERY_BROKER_URL, connect_timeout=_BROKER_LIMIT_S
    ) as broker:
        broker.ensure_connection(max_retries=1, timeout=_BROKER_LIMIT_S)


def _feed() -> Part:
    state = current_state()
    if state is None:
        return Part("feed", is_ok=False, message="The feed has not started yet.")
    age_s = (now_ms() - state["published_at_ms"]) / 1_000
    if age_s * 1_000 > STALE_FEED_MS:
        return Part(
            "feed", is_ok=False, message=f"The feed is silent for {age_s:.0f} s."
        )
    phase = state["phase"]
    if phase == "live":
        message = f"The feed follows {state['instruments']} pairs."
        return Part("feed", is_ok=True, message=message)
    if phase in ("starting", "filling"):
        return _starting_feed(state["fill"])
    problems = " ".join(problem["message"] for problem in state["problems"])
    return Part(
        "feed", is_ok=False, message=f"The feed is degraded. {problems}".strip()
    )


# While history is fetched the table of now is shown already, soon after the start.
def _starting_feed(fill: Mapping[str, int]) -> Part:
    message = f"The feed is filling: {fill['done']} of {fill['total']} pairs."
    try:
        current_table("live")
    except MarketUnavailableError:
        message = f"{message} There is no table of the market yet."
        return Part("feed", is_ok=False, message=message)
    return Part("feed", is_ok=True, message=message)
