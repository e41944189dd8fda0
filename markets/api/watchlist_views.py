"""Watchlists that people keep."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from markets.api import watchlist_schema
from markets.api.questions import no_question
from markets.api.screen_schema import owned
from markets.api.screen_views import OwnedView
from markets.models import Watchlist
from markets.selectors.watchlists import watchlist_of, watchlists_of
from markets.services.watchlists import (
    change_watchlist,
    create_watchlist,
    delete_watchlist,
)
from markets.watchlist_content import WatchlistContent


class WatchlistsView(OwnedView):
    """The caller's watchlists."""

    @owned("watchlists", {200: watchlist_schema.WATCHLISTS})
    def get(self, request: Request) -> HttpResponse:
        """List the caller's watchlists, by name."""
        no_question(request.query_params)
        found = [_plain(one) for one in watchlists_of(request.user.pk)]
        return self.at_once({"watchlists": found})

    @owned(
        "create_watchlist",
        {200: watchlist_schema.WATCHLIST, 201: watchlist_schema.WATCHLIST},
        body=watchlist_schema.BODY,
        waits=True,
    )
    def post(self, request: Request) -> HttpResponse:
        """Keep a list; with the same Idempotency-Key again, answer with the first."""
        key = self.request_key()
        watchlist, is_new = create_watchlist(
            request.user.pk, WatchlistContent.of(request.data), request_key=key
        )
        return self.made(_plain(watchlist), is_new=is_new)


class WatchlistView(OwnedView):
    """One watchlist of the caller."""

    @owned("watchlist", {200: watchlist_schema.WATCHLIST}, finds=True)
    def get(self, request: Request, watchlist_id: UUID) -> HttpResponse:
        """Return a watchlist of the caller."""
        no_question(request.query_params)
        return self.at_once(_plain(self._own(watchlist_id)))

    @owned(
        "replace_watchlist",
        {200: watchlist_schema.WATCHLIST},
        body=watchlist_schema.BODY,
        finds=True,
        waits=True,
    )
    def put(self, request: Request, watchlist_id: UUID) -> HttpResponse:
        """Give a watchlist of the caller another name and other pairs."""
        given = request.data
        if isinstance(given, dict):
            given = {"name": "", "symbols": []} | given
        return self._change(watchlist_id, given)

    @owned(
        "change_watchlist",
        {200: watchlist_schema.WATCHLIST},
        body=watchlist_schema.CHANGES,
        finds=True,
        waits=True,
    )
    def patch(self, request: Request, watchlist_id: UUID) -> HttpResponse:
        """Give a watchlist of the caller another name, or other pairs."""
        return self._change(watchlist_id, request.data)

    @owned("delete_watchlist", {204: None}, finds=True)
    def delete(self, request: Request, watchlist_id: UUID) -> HttpResponse:
        """Let a watchlist of the caller go."""
        delete_watchlist(self._own(watchlist_id))
        return HttpResponse(status=204)

    def _own(self, watchlist_id: UUID) -> Watchlist:
        watchlist = watchlist_of(self.request.user.pk, watchlist_id)
        if watchlist is None:
            raise NotFound("You have no such watchlist.")
        return watchlist

    def _change(self, watchlist_id: UUID, given: Any) -> HttpResponse:
        watchlist = self._own(watchlist_id)
        change_watchlist(watchlist, WatchlistContent.of(given))
        return self.at_once(_plain(watchlist))


def _plain(watchlist: Watchlist) -> dict[str, Any]:
    return {
        "id": str(watchlist.pk),
        "name": watchlist.name,
        "symbols": watchlist.symbols,
        "created_at": _stamp(watchlist.created_at),
        "updated_at": _stamp(watchlist.updated_at),
    }


def _stamp(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000)
