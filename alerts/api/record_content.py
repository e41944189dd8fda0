"""A record, and the present state of a condition, as the API tells them."""

import math
from datetime import UTC
from typing import Any

from alerts.rules.intervals import wilson
from alerts.rules.nearest import Shortfall, nearest
from alerts.rules.outcomes import PATH_MINUTES
from alerts.rules.summaries import Fire, HitSummary, HorizonSummary, Record
from alerts.rules.words import counted, metric_text
from markets.engine.catalogue import METRIC_OF, is_price_sized
from markets.engine.expressions.wording import amount_in_words, unit_in_words
from markets.engine.table import Table
from markets.features.store import date_of
from markets.screening import count_passing, explain_pair, read_condition
from markets.selectors.pairs import decimals_of, known_pairs


def record_content(record: Record, *, most_fires: int | None = None) -> dict[str, Any]:
    """Return a record as plain values; shares are fractions, moves percent."""
    return {
        "days": record.days,
        "fires": record.count,
        "fires_a_day": _known(record.fires_a_day),
        "pairs": record.pairs,
        "horizons": [_horizon(one) for one in record.horizons],
        "hit": _hit(record.hits),
        "is_little_data": record.is_little_data,
        "sentence": record.sentence,
        "fires_list": [_fire(one) for one in record.fires[:most_fires]],
        "path_minutes": list(PATH_MINUTES),
        "missing_days": [date_of(day).isoformat() for day in record.missing_days],
    }


def state_now(watched: str, symbol: str, table: Table) -> dict[str, Any] | None:
    """
    Return how far a condition is from being true of a pair now.

    Without a pair it says of how many pairs it is true.
    """
    condition, pairs = read_condition(watched), known_pairs(table)
    if not symbol:
        passing = count_passing(condition, table, pairs)
        verb = "is" if passing.passing == 1 else "are"
        total = counted(passing.total, "pair")
        words = f"{passing.passing:,} of {total} {verb} so now"
        return _state("", passing.passing, None, words)
    if symbol not in table.row_of:
        return None
    part = explain_pair(condition, table, pairs, symbol)
    if part.is_true is None:
        named = ", ".join(part.missing[:3]) or "a part"
        return _state(symbol, None, None, f"not known now: {named}")
    near = nearest(condition.expression, part)
    if near is None:
        return _state(symbol, None, None, "true now")
    return _short_of(symbol, near.shortfall, decimals_of(symbol, pairs))


def _short_of(symbol: str, short: Shortfall, decimals: int) -> dict[str, Any]:
    value, gap = short.value, short.distance
    if value is None or short.limit is None:
        return _state(symbol, None, None, "false now")
    share = 100 * gap / abs(value) if value else None
    words = _words(short.subject, value, gap, share, decimals)
    return _state(symbol, value, share, words)


def _words(
    subject: str, value: float, gap: float, share: float | None, decimals: int
) -> str:
    metric = METRIC_OF.get(subject)
    if metric is None:
        return (
            f"now {amount_in_words(_short(value))}, {amount_in_words(_short(gap))} away"
        )
    shown = metric_text(subject, value, price_decimals=decimals, zone=UTC)
    if is_price_sized(metric) and share is not None:
        return f"now {shown}, {share:.2f} % away"
    away = amount_in_words(_short(gap), unit_in_words(metric))
    return f"now {shown}, {away} away"


def _short(value: float) -> float:
    return float(f"{value:.4g}")


def _state(
    symbol: str, value: float | None, distance: float | None, words: str
) -> dict[str, Any]:
    return {"symbol": symbol, "value": value, "distance": distance, "words": words}


def _horizon(one: HorizonSummary) -> dict[str, Any]:
    moves = one.fires
    low = high = None
    if moves.count:
        low, high = wilson(round(moves.share_up * moves.count), moves.count)
    return {
        "minutes": one.minutes,
        "count": moves.count,
        "mean": _known(moves.mean_pct),
        "median": _known(moves.median_pct),
        "share_up": _known(moves.share_up),
        "base_share_up": _known(one.base.share_up),
        "low": low,
        "high": high,
    }


def _hit(hits: HitSummary) -> dict[str, Any]:
    low, high = hits.interval if hits.count else (None, None)
    return {
        "target_pct": hits.aim.target_pct,
        "stop_pct": hits.aim.stop_pct,
        "horizon_minutes": hits.aim.horizon_minutes,
        "hits": hits.hits,
        "count": hits.count,
        "undecided": hits.undecided,
        "rate": _known(hits.rate),
        "low": low,
        "high": high,
        "base_rate": _known(hits.base_rate),
    }


def _fire(fire: Fire) -> dict[str, Any]:
    return {
        "symbol": fire.symbol,
        "at_ms": fire.end_ms,
        "price": _known(fire.price),
        "path": [_known(one) for one in fire.path_pct],
    }


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
