"""What alerts hear of the market: its closes, its lists and its screens."""

from typing import Any, Final

from django.db.models.signals import post_delete, post_save

from alerts.services.windows import follow_screen, follow_watchlist, pause_lost
from alerts.tasks import evaluate, evaluate_late
from markets.signals import minute_closed, minutes_repaired, second_passed
from scalpaiboard.lib.sending import EXPIRES_S, send

_WATCHLIST: Final = "markets.Watchlist"
_SCREEN: Final = "markets.Screen"


def connect() -> None:
    """Hear what the market tells, from now on."""
    minute_closed.connect(_ask)
    second_passed.connect(_ask)
    minutes_repaired.connect(_ask_late)
    post_save.connect(_watchlist_kept, sender=_WATCHLIST)
    post_save.connect(_screen_kept, sender=_SCREEN)
    post_delete.connect(_gone, sender=_WATCHLIST)
    post_delete.connect(_gone, sender=_SCREEN)


def _ask(**_: Any) -> None:
    send(evaluate, expires_s=EXPIRES_S)


def _ask_late(
    *, venue: str, market_key: str, open_times_ms: list[int], **_: Any
) -> None:
    send(evaluate_late, venue, market_key, open_times_ms)


def _watchlist_kept(*, instance: Any, created: bool, raw: bool, **_: Any) -> None:
    if not created and not raw:
        follow_watchlist(instance.pk)


def _screen_kept(*, instance: Any, created: bool, raw: bool, **_: Any) -> None:
    if not created and not raw:
        follow_screen(instance.pk)


# Where its owner is being deleted, their alerts are as well.
def _gone(*, sender: type[Any], origin: Any, **_: Any) -> None:
    if isinstance(origin, sender) or getattr(origin, "model", None) is sender:
        pause_lost()
