"""Episodes as the API and the live socket tell them: plain values."""

import math
from collections.abc import Mapping
from datetime import UTC
from typing import Any, Final

from django.db.models import QuerySet

from alerts.models import Episode, Outcome
from alerts.rules.words import metric_text
from markets.engine.catalogue import METRIC_OF
from markets.engine.expressions.wording import metric_in_words
from markets.errors import MarketUnavailableError
from markets.selectors.pairs import Pair, decimals_of, known_pairs
from markets.selectors.tables import current_table

_OUTCOME: Final = (
    *(f"return_{horizon}" for horizon in ("15m", "1h", "4h", "24h")),
    "has_hit",
    "was_true_at_close",
)


def episodes_of_signals() -> QuerySet[Episode]:
    """Return what the operator's signals found, the newest first, ready to be told."""
    return with_rules(Episode.objects.filter(signal__isnull=False))


def with_rules(episodes: QuerySet[Episode]) -> QuerySet[Episode]:
    """Return episodes with all that `episode_row` reads."""
    return episodes.select_related("signal", "outcome")


def market_pairs() -> Mapping[str, Pair]:
    """Return the pairs of the market, none before there is one."""
    try:
        return known_pairs(current_table("closed"))
    except MarketUnavailableError:
        return {}


def episode_row(episode: Episode, pairs: Mapping[str, Pair]) -> dict[str, Any]:
    """Return an episode; `pairs` say with how many decimals a price is shown."""
    signal = episode.signal
    kind = {"kind": "alert", "id": episode.alert_id}
    if signal is not None:
        kind = {"kind": "signal", "slug": signal.slug}
    return {
        "id": episode.pk,
        "rule": {**kind, "name": episode.rule_name},
        "symbol": episode.symbol,
        "side": signal.side if signal else "neutral",
        "clock": episode.clock,
        "timeframe": episode.timeframe,
        "opened_ms": episode.opened_ms,
        "closed_ms": episode.closed_ms,
        "price": episode.price,
        "metric": episode.metric,
        "value": episode.value,
        "extreme": episode.extreme,
        "escalations": episode.escalations,
        "is_late": episode.is_late,
        "delay_ms": episode.delay_ms,
        "values": episode.values,
        "words": episode_words(episode, pairs),
        "outcome": _outcome(episode),
    }


def episode_words(episode: Episode, pairs: Mapping[str, Pair]) -> str:
    """Return what it was about, in words: ``change 1h +2.13 %``."""
    metric = METRIC_OF.get(episode.metric)
    if metric is None:
        return ""
    value = math.nan if episode.value is None else episode.value
    decimals = decimals_of(episode.symbol, pairs)
    text = metric_text(metric.name, value, price_decimals=decimals, zone=UTC)
    return f"{metric_in_words(metric)} {text}"


def _outcome(episode: Episode) -> dict[str, Any] | None:
    try:
        outcome: Outcome = episode.outcome
    except Outcome.DoesNotExist:
        return None
    return {name: getattr(outcome, name) for name in _OUTCOME}
