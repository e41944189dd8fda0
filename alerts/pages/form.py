"""What the form of an alert offers to choose from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from alerts.rules.form_conditions import BANDS, MOVES, Operator
from alerts.types import Mode
from markets.engine.catalogue import METRICS
from markets.pages.screener import screener_page
from markets.types import TIMEFRAMES, WINDOWS

_OPERATORS: Final[Mapping[Operator, str]] = {
    Operator.CROSSES_ABOVE: "crosses above",
    Operator.CROSSES_BELOW: "crosses below",
    Operator.CROSSES: "crosses either way",
    Operator.ABOVE: "is above",
    Operator.BELOW: "is below",
    Operator.ENTERS_BAND: "enters the band",
    Operator.LEAVES_BAND: "leaves the band",
    Operator.MOVES: "moves by ± %",
    Operator.MOVES_UP: "rises by %",
    Operator.MOVES_DOWN: "falls by %",
}
MODES: Final[Mapping[Mode, str]] = {
    Mode.EACH_EPISODE: "each episode",
    Mode.ONCE: "once, then it is finished",
    Mode.ONCE_PER_CANDLE: "once a candle",
    Mode.REMINDER: "each episode, and again while it lasts",
}
_GROUPS: Final[Mapping[str, str]] = {
    "price": "Price", "change": "Changes", "volume": "Volume", "range": "Range",
    "trend": "Trend", "momentum": "Momentum", "volatility": "Volatility",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Example:
    """An alert to begin with."""

    title: str
    text: str
    query: str


EXAMPLES: Final = (
    Example(
        "A price is reached",
        "BTCUSDT crosses above a price of yours",
        "symbol=BTCUSDT&operator=crosses_above",
    ),
    Example(
        "A sudden move",
        "ETHUSDT moves by 2 % or more within 15 minutes",
        "symbol=ETHUSDT&operator=moves&value=2&window=15m",
    ),
    Example(
        "Oversold",
        "RSI of 15m candles falls below 30",
        "symbol=BTCUSDT&metric=rsi_14_15m&operator=crosses_below&value=30",
    ),
    Example(
        "Volume out of the ordinary",
        "Any pair of the market at five times its usual volume, and rising",
        "scope=market&expression=relative_volume_15m+%3E+5+and+change_15m+%3E+1",
    ),
)


def form_page() -> dict[str, Any]:
    """Return what the template of the form shows."""
    return {
        "board": screener_page()["board"],
        "operators": [
            {"name": str(name), "label": label, "takes": _takes(name)}
            for name, label in _OPERATORS.items()
        ],
        "groups": _metrics_by_group(),
        "windows": tuple(WINDOWS),
        "timeframes": tuple(TIMEFRAMES),
        "modes": [(str(mode), label) for mode, label in MODES.items()],
    }


def _takes(operator: Operator) -> str:
    if operator in BANDS:
        return "band"
    return "move" if operator in MOVES else "value"


# A time has no limit that could be crossed, so it is not offered.
def _metrics_by_group() -> Sequence[tuple[str, Sequence[str]]]:
    found: dict[str, dict[str, None]] = {}
    for metric in METRICS:
        if metric.unit != "UTC ms":
            found.setdefault(metric.group, {})[metric.bare_label] = None
    return [
        (_GROUPS.get(group, group.capitalize()), tuple(labels))
        for group, labels in found.items()
    ]
