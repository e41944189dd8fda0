"""What an alert of a person may refer to: pairs, lists, screens, destinations."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cached_property
from typing import Any
from uuid import UUID

from alerts.models import Destination
from markets.screen_choice import BadScreenError, ScreenChoice
from markets.selectors.instruments import statuses_of
from markets.selectors.screens import screen_of
from markets.selectors.tables import current_table
from markets.selectors.watchlists import watchlist_of
from markets.types import InstrumentStatus


class Surroundings:
    """
    Looks things up for one person; each is read once.

    Parameters
    ----------
    owner_id
        The person.
    """

    def __init__(self, owner_id: Any) -> None:
        self.owner_id = owner_id
        self._symbols_of: dict[UUID, list[str] | None] = {}
        self._expression_of: dict[UUID, str | None] = {}

    def fault_of_symbol(self, symbol: str) -> str:
        """
        Return what is wrong with a pair, empty where nothing is.

        Raises
        ------
        MarketUnavailableError
            If there is no market yet that could know it.
        """
        status = self._statuses.get(symbol)
        if status == InstrumentStatus.DELISTED:
            return f"{symbol} is delisted: no candle of it comes any more."
        if status is not None:
            return ""
        close = get_close_matches(symbol.upper(), self._statuses, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else "."
        return f"The market has no pair {symbol!r}{hint}"

    def watchlist_symbols(self, watchlist_id: UUID) -> list[str] | None:
        """Return the pairs of a list of the person's, None where it is not theirs."""
        if watchlist_id not in self._symbols_of:
            found = watchlist_of(self.owner_id, watchlist_id)
            self._symbols_of[watchlist_id] = None if found is None else found.symbols
        return self._symbols_of[watchlist_id]

    def screen_expression(self, screen_id: UUID) -> str | None:
        """
        Return the expression of a screen of the person's, empty where it has none.

        None where it is not theirs, or cannot be read any more.
        """
        if screen_id not in self._expression_of:
            self._expression_of[screen_id] = self._read_screen(screen_id)
        return self._expression_of[screen_id]

    def strange_destinations(self, wanted: Iterable[UUID]) -> list[UUID]:
        """Return which of some destinations are not the person's."""
        return [one for one in wanted if one not in self._destinations]

    @cached_property
    def _statuses(self) -> Mapping[str, str]:
        return statuses_of(current_table("closed"))

    @cached_property
    def _destinations(self) -> frozenset[UUID]:
        own = Destination.objects.filter(owner_id=self.owner_id)
        return frozenset(own.values_list("pk", flat=True))

    def _read_screen(self, screen_id: UUID) -> str | None:
        screen = screen_of(self.owner_id, screen_id)
        if screen is None:
            return None
        try:
            return ScreenChoice.of(screen.choice).expression
        except BadScreenError:
            return None
