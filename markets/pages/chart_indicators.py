"""The indicators that a chart offers, and how it draws each."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from markets.engine.candle_catalogue import CANDLE_METRICS, CandleMetric
from markets.engine.indicators.along import GROUPS, RUNNING_SUMS

_METRIC_OF: Final[Mapping[str, CandleMetric]] = {
    metric.name: metric for metric in CANDLE_METRICS
}


@dataclass(frozen=True, slots=True)
class ChartIndicator:
    """
    One choice of the chart's menu.

    `name` is that of the API, `kind` how its figures are written, `levels` are
    the values at which a pane of its own has a line. Each line is a metric's
    name with a `style`: ``line``, ``dashed`` or ``histogram``.
    """

    name: str
    label: str
    meaning: str
    has_pane: bool
    kind: str
    lines: tuple[tuple[str, str], ...]
    levels: tuple[float, ...] = ()
    is_running_sum: bool = False


def _choice(
    name: str,
    label: str = "",
    *,
    kind: str = "price",
    levels: tuple[float, ...] | None = None,
    styles: Mapping[str, str] | None = None,
) -> ChartIndicator:
    parts = GROUPS.get(name, (name,))
    metric = _METRIC_OF[parts[0]]
    return ChartIndicator(
        name,
        label or metric.label,
        metric.meaning.format("the chart's"),
        has_pane=levels is not None,
        kind=kind,
        lines=tuple((part, (styles or {}).get(part, "line")) for part in parts),
        levels=levels or (),
        is_running_sum=name in RUNNING_SUMS,
    )


OVERLAYS: Final = (
    *(_choice(f"ema_{period}") for period in (9, 21, 50, 200)),
    *(_choice(f"sma_{period}") for period in (20, 50, 200)),
    _choice("wma_20"),
    _choice("kama_10"),
    _choice("tema_20"),
    _choice("bb", "Bollinger 20, 2", styles={"bb_middle": "dashed"}),
)
PANES: Final = (
    _choice("rsi_14", kind="percent", levels=(30.0, 70.0)),
    _choice("macd", "MACD 12, 26, 9", levels=(0.0,),
            styles={"macd_hist": "histogram"}),
    _choice("stoch", "Stochastic 14, 3, 3", kind="percent", levels=(20.0, 80.0)),
    _choice("adx", "ADX, DI 14", kind="percent", levels=(25.0,)),
    _choice("atr_14", levels=()),
    _choice("obv", kind="compact", levels=()),
    _choice("mfi_14", kind="percent", levels=(20.0, 80.0)),
    _choice("cci_20", kind="percent", levels=(-100.0, 100.0)),
    _choice("williams_r_14", kind="percent", levels=(-80.0, -20.0)),
)  # fmt: skip


def chart_indicators() -> list[dict[str, Any]]:
    """Return every choice as the page's script reads it."""
    return [_told(one) for one in (*OVERLAYS, *PANES)]


def _told(one: ChartIndicator) -> dict[str, Any]:
    return asdict(one) | {"lines": list(_lines(one))}


def _lines(one: ChartIndicator) -> Iterator[dict[str, str]]:
    for name, style in one.lines:
        label = _METRIC_OF[name].label if len(one.lines) > 1 else ""
        yield {"name": name, "label": label, "style": style}
