"""Keeping, changing and deleting a person's watchlists."""

from collections.abc import Collection, Sequence
from difflib import get_close_matches
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.db import transaction

from markets import signals
from markets.models import Watchlist
from markets.selectors.instruments import listed_symbols
from markets.selectors.tables import current_table
from markets.selectors.watchlists import watchlists_of
from markets.watchlist_content import BadWatchlistError, WatchlistContent

MOST_WATCHLISTS: Final = 50
"""That one person may keep."""


@transaction.atomic
def create_watchlist(
    owner_id: Any, content: WatchlistContent, *, request_key: str = ""
) -> tuple[Watchlist, bool]:
    """
    Keep a new watchlist; the same request again returns the first one's.

    Returns
    -------
    tuple[Watchlist, bool]
        The watchlist, and whether it is new.

    Raises
    ------
    BadWatchlistError
        If it has no name or one that is taken, if the person has as many lists
        as they may, or if the market has no such pair.
    MarketUnavailableError
        If pairs are given and there is no market yet that could know them.
    """
    _one_at_a_time(owner_id)
    own = watchlists_of(owner_id)
    if request_key and (made := own.filter(request_key=request_key).first()):
        return made, False
    if own.count() >= MOST_WATCHLISTS:
        raise BadWatchlistError(
            {"request": [f"There are {MOST_WATCHLISTS} watchlists; that is the most."]}
        )
    if content.name is None:
        raise BadWatchlistError({"name": ["A watchlist needs a name."]})
    _refuse_taken(owner_id, content.name, None)
    symbols = content.symbols or ()
    _refuse_unknown(symbols, but=())
    made = Watchlist.objects.create(
        owner_id=owner_id,
        name=content.name,
        symbols=list(symbols),
        request_key=request_key or None,
    )
    return made, True


@transaction.atomic
def change_watchlist(watchlist: Watchlist, content: WatchlistContent) -> None:
    """
    Give a watchlist another name or other pairs, and tell the apps above.

    A pair that is delisted may stay where it is in the list already.

    Raises
    ------
    BadWatchlistError
        If the name is taken, or the market has no such pair.
    MarketUnavailableError
        If new pairs are given and there is no market yet that could know them.
    """
    _one_at_a_time(watchlist.owner_id)
    watchlist.refresh_from_db()
    if content.name is not None:
        _refuse_taken(watchlist.owner_id, content.name, watchlist)
        watchlist.name = content.name
    if content.symbols is not None:
        _refuse_unknown(content.symbols, but=watchlist.symbols)
        watchlist.symbols = list(content.symbols)
    watchlist.save(update_fields=["name", "symbols", "updated_at"])
    signals.watchlist_changed.send(Watchlist, watchlist_id=watchlist.pk)


@transaction.atomic
def delete_watchlist(watchlist: Watchlist) -> None:
    """Let a watchlist go, and tell the apps above."""
    watchlist_id = watchlist.pk
    watchlist.delete()
    signals.watchlist_changed.send(Watchlist, watchlist_id=watchlist_id)


# So that neither limit nor name is passed by a race.
def _one_at_a_time(owner_id: Any) -> None:
    get_user_model().objects.select_for_update().get(pk=owner_id)


def _refuse_taken(owner_id: Any, name: str, but: Watchlist | None) -> None:
    others = watchlists_of(owner_id).filter(name=name)
    if but is not None:
        others = others.exclude(pk=but.pk)
    if others.exists():
        raise BadWatchlistError({"name": [f"You have a watchlist {name!r} already."]})


def _refuse_unknown(symbols: Sequence[str], *, but: Collection[str]) -> None:
    new = [one for one in symbols if one not in but]
    if not new:
        return
    listed = listed_symbols(current_table("closed"))
    unknown = [one for one in new if one not in set(listed)]
    if unknown:
        close = get_close_matches(unknown[0].upper(), listed, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else "."
        raise BadWatchlistError(
            {"symbols": [f"The market has no pair {unknown[0]!r}{hint}"]}
        )
