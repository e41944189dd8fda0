"""What a person keeps in a watchlist: a name, and pairs in an order."""

from dataclasses import dataclass
from typing import Any, Final, Self

from scalpaiboard.lib.fields import BadFieldsError

LONGEST_NAME: Final = 60
LONGEST_SYMBOL: Final = 40
MOST_SYMBOLS: Final = 200


class BadWatchlistError(BadFieldsError):
    """A watchlist is not what it should be."""


@dataclass(frozen=True, slots=True)
class WatchlistContent:
    """What is to stand in a watchlist; None leaves a part of it as it is."""

    name: str | None = None
    symbols: tuple[str, ...] | None = None

    @classmethod
    def of(cls, given: object) -> Self:
        """Read it from plain values; raises BadWatchlistError."""
        if not isinstance(given, dict):
            raise BadWatchlistError({"request": ["The watchlist must be an object."]})
        wrong = {
            str(name)[:40]: ["A watchlist has no such field."]
            for name in given.keys() - {"name", "symbols"}
        }
        name = _name(given["name"]) if "name" in given else None
        if name == "":
            wrong["name"] = [
                f"A watchlist needs a name of at most {LONGEST_NAME} characters."
            ]
        symbols = given.get("symbols", [])
        if fault := _fault_of(symbols):
            wrong["symbols"] = [fault]
        if wrong:
            raise BadWatchlistError(wrong)
        return cls(name, tuple(symbols) if "symbols" in given else None)


# Nothing where it is no name.
def _name(given: object) -> str:
    name = " ".join(given.split()) if isinstance(given, str) else ""
    return name if len(name) <= LONGEST_NAME and name.isprintable() else ""


def _fault_of(symbols: Any) -> str:
    if not isinstance(symbols, list) or len(symbols) > MOST_SYMBOLS:
        return f"The symbols must be a list of at most {MOST_SYMBOLS}."
    for one in symbols:
        if not isinstance(one, str) or not 0 < len(one) <= LONGEST_SYMBOL:
            return f"A symbol is a text of at most {LONGEST_SYMBOL} characters."
        if not one.isprintable():
            return f"There is no symbol {one!r}."
    twice = sorted({one for one in symbols if symbols.count(one) > 1})
    return f"{twice[0]!r} stands in the list twice." if twice else ""
