"""What came after the real episodes of rules, by the definition that found them."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.core.cache import cache
from django.db.models import Avg, Count, F, Min, Q

from alerts.models import Episode, Signal
from alerts.rules.intervals import wilson
from markets.errors import MarketUnavailableError
from markets.selectors.tables import current_table

_MOST_VERSIONS: Final = 5
_A_QUERY: Final = 500
_SIGNALS_KEY: Final = "alerts:measured-signals"
_KEPT_S: Final = 86_400
_FRESH_S: Final = 300


@dataclass(frozen=True, slots=True)
class Share:
    """A share of `count`, with its 95 % interval; fractions."""

    count: int
    share: float
    low: float
    high: float

    @classmethod
    def of(cls, some: int, count: int) -> "Share | None":
        """Return the share of some, None of nothing."""
        return cls(count, some / count, *wilson(some, count)) if count else None


@dataclass(frozen=True, slots=True)
class Measured:
    """
    The outcomes of one version of a rule.

    Of `measured` fires the return after an hour is known, `up` of them rose,
    by `mean_1h` % in the mean of all. Of `judged` fires it is known whether the
    target or the stop came first, or neither in time; `hits` reached the
    target. Of `seen_at_close` live ones `held` still held at the close.
    """

    version: str
    since_ms: int
    fires: int
    measured: int
    up: int
    mean_1h: float | None
    judged: int
    hits: int
    seen_at_close: int
    held: int

    @property
    def up_1h(self) -> "Share | None":
        """How many rose within the hour."""
        return Share.of(self.up, self.measured)

    @property
    def hit(self) -> "Share | None":
        """How many reached the target before the stop."""
        return Share.of(self.hits, self.judged)

    @property
    def held_at_close(self) -> "Share | None":
        """How many live ones still held at the close of their minute."""
        return Share.of(self.held, self.seen_at_close)

    def plain(self) -> dict[str, Any]:
        """Return it as the API tells it."""
        shares = {
            "up_1h": self.up_1h,
            "hit": self.hit,
            "held_at_close": self.held_at_close,
        }
        return {
            "version": self.version,
            "since_ms": self.since_ms,
            "fires": self.fires,
            "measured": self.measured,
            "mean_1h": self.mean_1h,
            **{name: one and asdict(one) for name, one in shares.items()},
        }


def measured_of(numbers: Collection[int]) -> dict[int, list[Measured]]:
    """Return what was measured in the present market, the newest version first."""
    try:
        market_key = current_table("closed").market_key
    except MarketUnavailableError:
        return {}
    found: dict[int, list[Measured]] = {}
    ordered = sorted(numbers)
    for start in range(0, len(ordered), _A_QUERY):
        rows = (
            Episode.objects.filter(
                rule_number__in=ordered[start : start + _A_QUERY], market_key=market_key
            )
            .order_by()
            .values_list("rule_number", "rule_version")
            .annotate(
                since=Min("opened_ms"),
                fires=Count("pk"),
                measured=Count("outcome__return_1h"),
                up=Count("pk", filter=Q(outcome__return_1h__gt=0)),
                mean=Avg("outcome__return_1h"),
                judged=Count(
                    "pk",
                    filter=Q(outcome__has_hit__isnull=False)
                    | Q(outcome__return_4h__isnull=False),
                ),
                hits=Count("pk", filter=Q(outcome__has_hit=True)),
                seen=Count("outcome__was_true_at_close"),
                held=Count("pk", filter=Q(outcome__was_true_at_close=True)),
            )
            .order_by(F("since").desc())
        )
        for number, *rest in rows:
            versions = found.setdefault(number, [])
            if len(versions) < _MOST_VERSIONS:
                versions.append(Measured(*rest))
    return found


def measured_signals() -> dict[int, list[Measured]]:
    """Return what was last measured of the signals; they have many episodes."""
    kept: dict[int, list[Measured]] = cache.get(_SIGNALS_KEY, {})
    return kept


def measure_signals() -> None:
    """Have `measured_signals` tell what is known now, at most every few minutes."""
    if not cache.add(f"{_SIGNALS_KEY}:fresh", "yes", _FRESH_S):
        return
    signals = Signal.objects.filter(is_enabled=True)
    cache.set(_SIGNALS_KEY, measured_of([one.number for one in signals]), _KEPT_S)
