"""The records of the operator's signals over the stored days, kept in the cache."""

from collections.abc import Iterable, Sequence
from typing import Final

from django.core.cache import cache

from alerts.models import Signal
from alerts.rules.conditions import read_rule
from alerts.rules.openings import Pace
from alerts.rules.outcomes import Aim
from alerts.rules.record import RecordQuestion, build_record
from alerts.rules.summaries import Record
from alerts.types import Side
from markets.engine.table import Table
from markets.errors import FeatureStoreError, NotStoredError, TooManyEpisodesError
from markets.feature_shelf import store_of
from markets.features.day import StoredDay
from markets.past import stored_span
from markets.types import DAY_MS

DAYS: Final = 30
TARGET_PCT: Final = 1.0
STOP_PCT: Final = 1.0
_KEPT_S: Final = 8 * 86_400

_Stamp = tuple[tuple[int, int], ...]
_Kept = tuple[_Stamp, Record | None]


def records_of(signals: Iterable[Signal], newest: Table) -> dict[int, Record]:
    """Return the records that are known of signals as they are now, by their ids."""
    key_of = {one.pk: _key(one, newest) for one in signals}
    kept: dict[str, _Kept] = cache.get_many(key_of.values())
    records = {pk: kept[key][1] for pk, key in key_of.items() if key in kept}
    return {pk: record for pk, record in records.items() if record is not None}


def refresh_one(newest: Table) -> Signal | None:
    """
    Work out one record that is not that of the days stored now.

    One at a time, so that nothing else waits for long; None where each is there.
    """
    store = store_of(newest.venue, newest.market_key)
    days = store.days()
    span = stored_span(store)
    if span is None:
        return None
    stamp = tuple((one.manifest.day, one.manifest.written_at_ms) for one in days)
    signals = list(Signal.objects.filter(is_enabled=True))
    kept: dict[str, _Kept] = cache.get_many([_key(one, newest) for one in signals])
    for signal in signals:
        key = _key(signal, newest)
        if key not in kept or kept[key][0] != stamp:
            cache.set(key, (stamp, _build(signal, days, span)), _KEPT_S)
            return signal
    return None


def _build(
    signal: Signal, days: Sequence[StoredDay], span: tuple[int, int]
) -> Record | None:
    side = -1 if signal.side == Side.BEAR else 1
    ending = signal.closes_when.strip()
    question = RecordQuestion(
        read_rule(signal.watched),
        Aim(TARGET_PCT, STOP_PCT, side=side),
        max(span[0], span[1] - DAYS * DAY_MS),
        span[1],
        closes_when=read_rule(ending) if ending else None,
        pace=Pace(signal.cool_down_minutes, signal.false_closes),
    )
    try:
        return build_record(question, days)
    except (NotStoredError, TooManyEpisodesError, FeatureStoreError):
        return None


def _key(signal: Signal, newest: Table) -> str:
    return (
        f"signal-record:{newest.venue}:{newest.market_key}:{signal.pk}:{signal.version}"
    )
