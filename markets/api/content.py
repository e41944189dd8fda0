"""What the answers hold, from tables and rows to plain values."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from markets.api.coin_rows import assets, coin_rows
from markets.cells import cells
from markets.engine.catalogue import METRICS
from markets.engine.expressions.explanation import Part as ExpressionPart
from markets.engine.table import Table
from markets.errors import Problem
from markets.health import Part
from markets.screening import CoinsQuestion, Passing, chosen_rows, pinned_rows
from markets.selectors.pairs import Pair

if TYPE_CHECKING:
    from markets.models import Instrument


def coins(table: Table, pairs: Mapping[str, Pair], asked: CoinsQuestion) -> Any:
    """Return one page of the market table."""
    rows = chosen_rows(table, pairs, asked)
    start = (asked.page - 1) * asked.limit
    shown = rows[start : start + asked.limit]
    return {
        **stamp(table),
        "page": asked.page,
        "limit": asked.limit,
        "total": len(rows),
        "pages": -(-len(rows) // asked.limit),
        "columns": asked.columns,
        "coins": coin_rows(table, pairs, asked.columns, shown),
    }


def screen(table: Table, pairs: Mapping[str, Pair], asked: CoinsQuestion) -> Any:
    """Return one page of a screen, with its pinned pairs beside it."""
    pinned = pinned_rows(table, asked)
    return {
        **coins(table, pairs, asked),
        "market_total": len(table.symbols),
        "pinned": coin_rows(table, pairs, asked.columns, pinned),
    }


def checked(
    problems: Iterable[Problem], normal_form: str, words: str, passing: Passing | None
) -> dict[str, Any]:
    """Return what is wrong with an expression, or what it lets through."""
    return {
        "ok": passing is not None,
        "normal_form": normal_form,
        "words": words,
        "problems": [one._asdict() for one in problems],
        "passing": passing.passing if passing else None,
        "unknown": passing.unknown if passing else None,
        "total": passing.total if passing else None,
        "missing": [
            {"metric": name, "pairs": count} for name, count in passing.missing.items()
        ]
        if passing
        else [],
    }


def explained(table: Table, symbol: str, part: ExpressionPart) -> dict[str, Any]:
    """Return what each part of an expression is worth for one pair."""
    return {**stamp(table), "symbol": symbol, "explanation": asdict(part)}


def coin(table: Table, pairs: Mapping[str, Pair], symbol: str) -> Any:
    """Return every metric of one pair."""
    row = table.row_of[symbol]
    metrics = {
        name: cells(name, table.values[number, row : row + 1], [symbol], pairs)[0]
        for number, name in enumerate(table.columns)
    }
    return {**stamp(table), **assets(symbol, pairs), "metrics": metrics}


def catalogue() -> dict[str, Any]:
    """Return every metric with what it means."""
    return {"metrics": [asdict(metric) for metric in METRICS]}


def symbols(table: Table, instruments: "Iterable[Instrument]") -> dict[str, Any]:
    """Return every instrument with its steps and dates."""
    rows = [
        {
            "symbol": one.symbol,
            "base_asset": one.base_asset,
            "quote_asset": one.quote_asset,
            "status": one.status,
            "contract_type": one.contract_type,
            "tick_size": _plain(one.tick_size),
            "step_size": _plain(one.step_size),
            "min_notional": _plain(one.min_notional),
            "listed_at": _milliseconds(one.listed_at),
            "delisted_at": _milliseconds(one.delisted_at),
            "categories": one.categories,
        }
        for one in instruments
    ]
    return {"venue": table.venue, "market": _market(table), "symbols": rows}


def health(parts: Iterable[Part]) -> dict[str, Any]:
    """Return how each part is, and the whole."""
    rows = [
        {
            "name": part.name,
            "status": "ok" if part.is_ok else "degraded",
            "message": part.message,
        }
        for part in parts
    ]
    whole = "ok" if all(row["status"] == "ok" for row in rows) else "degraded"
    return {"status": whole, "parts": rows}


def ledger(day: str, table: Table, pairs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a day of the ledger: totals, and each pair by the hour."""
    total = dict.fromkeys(
        ("expected", "stream", "rest", "halted", "missing", "late"), 0
    )
    for pair in pairs:
        for hour in pair["hours"]:
            for name in total:
                total[name] += hour[name]
    return {
        "venue": table.venue,
        "market": _market(table),
        "day": day,
        "total": total,
        "pairs": pairs,
    }


def stamp(table: Table) -> dict[str, Any]:
    """Return which market an answer is about, and of what moment."""
    return {
        "venue": table.venue,
        "market": _market(table),
        "clock": table.clock,
        "as_of": table.as_of_ms,
    }


def _market(table: Table) -> dict[str, str]:
    return {"key": table.market_key, "label": table.market_label}


def _plain(number: Decimal | None) -> str | None:
    return None if number is None else f"{number.normalize():f}"


def _milliseconds(time: datetime | None) -> int | None:
    return None if time is None else int(time.timestamp() * 1_000)
