"""The first content of the Market page, before its socket speaks."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from markets.engine.table import Floats, Table
from markets.figures import NO_VALUE, change, compact, direction, figure
from markets.pages.measure import Measure, cell_of, value_of
from markets.selectors.pairs import Pair, known_pairs
from markets.types import TIMEFRAMES
from scalpaiboard.lib.newest import Newest

FIRST_ROWS: Final = 60
"""Rows that the server writes: what a tall screen shows; the rest is live."""
DEFAULT_TIMEFRAME: Final = "15m"
DEFAULT_SORT: Final = "-quote_volume_1d"


@dataclass(frozen=True, slots=True)
class Column(Measure):
    """A column of the table."""

    place: str = ""
    """The class that leaves it out where there is no room, such as ``phone-off``."""


COLUMNS: Final = (
    Column("price", "Price", "price", "Last price"),
    Column("change_5m", "5m %", "change", "Change over 5 minutes", "phone-off"),
    Column("change_15m", "15m %", "change", "Change over 15 minutes", "phone-off"),
    Column("change_1h", "1h %", "change", "Change over one hour"),
    Column("change_4h", "4h %", "change", "Change over 4 hours", "phone-off"),
    Column("change_1d", "24h %", "change", "Change over 24 hours"),
    Column("quote_volume_1d", "Volume", "compact", "Traded in 24 hours, in USDT"),
    Column(
        "relative_volume_1h",
        "Rel. vol",
        "ratio",
        "Volume of the last hour against the usual hour of this day",
        "phone-off",
    ),
    Column(
        "taker_buy_share_1h",
        "Buy share",
        "share",
        "Share of the last hour's volume that buyers took",
        "phone-off",
    ),
    Column("range_1h", "Range 1h", "percent", "High to low, percent", "phone-off"),
    Column("high_1d", "High 24h", "price", "Highest price of 24 hours", "phone-off"),
    Column("low_1d", "Low 24h", "price", "Lowest price of 24 hours", "phone-off"),
    Column("trades_1d", "Trades", "compact", "Trades in 24 hours", "phone-off"),
)
FACTS: Final = (
    Measure("change_5m", "5m", "change"),
    Measure("change_15m", "15m", "change"),
    Measure("change_1h", "1h", "change"),
    Measure("change_4h", "4h", "change"),
    Measure("quote_volume_1h", "Volume 1h", "compact", "Traded in one hour, in USDT"),
    Measure("relative_volume_1h", "Rel. volume", "ratio", "1 is an ordinary hour"),
    Measure("taker_buy_share_1h", "Buy share 1h", "share", "0.50 is balanced"),
    Measure("volatility_1h", "Volatility 1h", "percent", "Of one-minute returns, %"),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person has chosen in the address of the page."""

    pair: str
    timeframe: str
    sort: str
    is_descending: bool


def read_choice(query: Mapping[str, str], table: Table | None) -> Choice:
    """Read the choices of the address; what does not exist gives the default."""
    symbols = table.symbols if table else ()
    pair = query.get("pair", "").upper()
    if pair not in symbols:
        pair = "BTCUSDT" if "BTCUSDT" in symbols else next(iter(symbols), "")
    timeframe = query.get("timeframe", "")
    sort = query.get("sort", "")
    if sort.removeprefix("-") not in {"symbol", *(column.name for column in COLUMNS)}:
        sort = DEFAULT_SORT
    return Choice(
        pair,
        timeframe if timeframe in TIMEFRAMES else DEFAULT_TIMEFRAME,
        sort.removeprefix("-"),
        is_descending=sort.startswith("-"),
    )


_bodies: Final[Newest[SafeString]] = Newest()


def market_body(table: Table | None, choice: Choice) -> SafeString:
    """Return the content of the page, built once a change of the market."""

    def build() -> SafeString:
        pairs = known_pairs(table) if table else {}
        content = market_page(table, pairs, choice)
        return render_to_string("markets/_market.html", content)

    return _bodies.get(choice, table.version if table else None, build)


def market_page(
    table: Table | None, pairs: Mapping[str, Pair], choice: Choice
) -> dict[str, Any]:
    """Return what the template of the page shows."""
    known = dict(pairs)
    for symbol in table.symbols if table else ():
        known.setdefault(symbol, Pair(symbol, symbol, "", 4))
    return {
        "choice": choice,
        "columns": COLUMNS,
        "timeframes": tuple(TIMEFRAMES),
        "rows": [_row(table, known[s], choice) for s in _order(table, choice)]
        if table
        else [],
        "pairs": [
            (p.symbol, p.base_asset, p.quote_asset, p.decimals) for p in pairs.values()
        ],
        "overview": _overview(table, known) if table else None,
        "chosen": _facts(table, known[choice.pair]) if table and choice.pair else None,
    }


def _column(table: Table, name: str) -> Floats:
    known = table.column_of.get(name)
    return np.full(len(table.symbols), np.nan) if known is None else table.values[known]


def _order(table: Table, choice: Choice) -> list[str]:
    if choice.sort == "symbol":
        ordered = sorted(table.symbols, reverse=choice.is_descending)
        return ordered[:FIRST_ROWS]
    values = _column(table, choice.sort)
    # NaN sorts last either way.
    places = np.argsort(-values if choice.is_descending else values, kind="stable")
    return [table.symbols[place] for place in places[:FIRST_ROWS]]


def _cell(table: Table, pair: Pair, column: Column) -> dict[str, str]:
    cell = cell_of(table, pair, column)
    return cell | {"classes": f"{column.place} {cell['tone']}".strip()}


def _row(table: Table, pair: Pair, choice: Choice) -> dict[str, Any]:
    return {
        "pair": pair,
        "is_chosen": pair.symbol == choice.pair,
        "cells": [_cell(table, pair, column) for column in COLUMNS],
    }


def _facts(table: Table, pair: Pair) -> dict[str, Any]:
    price, low, high, day = (
        value_of(table, name, pair.symbol)
        for name in ("price", "low_1d", "high_1d", "change_1d")
    )
    return {
        "pair": pair,
        "price": figure("price", price, decimals=pair.decimals),
        "low": figure("price", low, decimals=pair.decimals),
        "high": figure("price", high, decimals=pair.decimals),
        "day": NO_VALUE if math.isnan(day) else change(day),
        "day_tone": direction(day),
        "facts": [cell_of(table, pair, fact) for fact in FACTS],
    }


def _overview(table: Table, pairs: Mapping[str, Pair]) -> dict[str, Any]:
    hour = _column(table, "change_1h")
    leader = "BTCUSDT" if "BTCUSDT" in table.row_of else table.symbols[0]
    price = value_of(table, "price", leader)
    return {
        "advancing": int((hour > 0).sum()),
        "declining": int((hour < 0).sum()),
        "volume": compact(float(np.nansum(_column(table, "quote_volume_1d")))),
        "leader": leader,
        "leader_price": figure("price", price, decimals=pairs[leader].decimals),
        "leader_change": _named(pairs[leader], "change", hour[table.row_of[leader]]),
        "strongest": _highest(table, pairs, "change_15m", "change"),
        "busiest": _highest(table, pairs, "relative_volume_1h", "ratio"),
    }


def _highest(
    table: Table, pairs: Mapping[str, Pair], name: str, kind: str
) -> dict[str, str]:
    values = _column(table, name)
    if np.isnan(values).all():
        return {"base": NO_VALUE, "text": "", "tone": ""}
    place = int(np.nanargmax(values))
    return _named(pairs[table.symbols[place]], kind, values[place])


def _named(pair: Pair, kind: str, value: float) -> dict[str, str]:
    text = figure(kind, value, decimals=2)
    return {
        "base": pair.base_asset,
        "text": f"{text} %" if kind == "change" else text,
        "tone": direction(value),
    }
