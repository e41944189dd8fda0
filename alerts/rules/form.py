"""The simple form of a condition, and the expression that it writes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from alerts.rules.form_conditions import (
    MOVES,
    Operator,
    condition,
    end,
    limits_of,
    limits_of_end,
)
from alerts.rules.form_faults import BadFormError, first_faults
from alerts.types import Clock
from markets.engine.catalogue import METRIC_OF
from markets.engine.expressions.printing import normal_form
from markets.engine.expressions.vocabulary import STANDARD
from markets.engine.expressions.wording import (
    amount_in_words,
    metric_in_words,
    unit_in_words,
)
from markets.types import TIMEFRAMES

_NUMBERS: Final = ("value", "high", "hysteresis_pct")
_PHRASES: Final[Mapping[Operator, str]] = {
    Operator.CROSSES: "crosses {0}",
    Operator.CROSSES_ABOVE: "crosses above {0}",
    Operator.CROSSES_BELOW: "crosses below {0}",
    Operator.ABOVE: "is above {0}",
    Operator.BELOW: "is below {0}",
    Operator.ENTERS_BAND: "enters the band from {0} to {1}",
    Operator.LEAVES_BAND: "leaves the band from {0} to {1}",
    Operator.MOVES: "moves by {0} or more within {1}",
    Operator.MOVES_UP: "rises by {0} or more within {1}",
    Operator.MOVES_DOWN: "falls by {0} or more within {1}",
}


@dataclass(frozen=True, slots=True)
class SimpleForm:
    """
    One condition of one metric.

    `value` is the limit, the lower one of a band, or the percentage of a move.
    `hysteresis_pct` is how far back, in percent of the limit, an episode ends.
    """

    metric: str
    operator: Operator
    value: float
    high: float | None = None
    window: str | None = None
    hysteresis_pct: float | None = None

    @classmethod
    def of(cls, given: object) -> Self:
        """Read a form from plain values; raises BadFormError."""
        if not isinstance(given, dict):
            raise BadFormError({"request": ["The form must be an object."]})
        told: dict[str, Any] = {
            name: value for name, value in given.items() if value is not None
        }
        if told.get("operator") in list(MOVES):
            told.setdefault("metric", "price")
        if wrong := first_faults(told):
            raise BadFormError(wrong)
        # Minus zero is zero in the expression as well.
        told |= {name: told[name] + 0.0 for name in _NUMBERS if name in told}
        return cls(**(told | {"operator": Operator(told["operator"])}))

    def plain(self) -> dict[str, Any]:
        """Return plain values, which `of` reads."""
        told = {name: one for name, one in asdict(self).items() if one is not None}
        return told | {"operator": str(self.operator)}

    def subject(self, timeframe: str, clock: Clock) -> str:
        """
        Return the metric that is asked.

        At the closes of a timeframe the price is that of its candles, so that
        "crosses" compares with the close before.
        """
        if timeframe not in TIMEFRAMES:
            raise ValueError(
                f"The timeframe is {timeframe!r}; "
                f"it must be one of {', '.join(TIMEFRAMES)}."
            )
        if self.operator in MOVES:
            return f"change_{self.window}"
        if self.metric == "price" and clock is Clock.CLOSED and timeframe != "1m":
            return f"candle_close_{timeframe}"
        return self.metric

    def expression(self, timeframe: str, clock: Clock) -> str:
        """
        Return the condition in the language, in its normal form.

        Raises
        ------
        BadFormError
            If it is asked at fewer moments than the metric has steps, where a
            crossing either way cannot be told.
        """
        metric = self.subject(timeframe, clock)
        minutes = TIMEFRAMES[timeframe] if clock is Clock.CLOSED else 1
        is_seldom = minutes > STANDARD.clock_of(metric)
        if is_seldom and self.operator is Operator.CROSSES:
            fault = (
                f"{METRIC_OF[metric].label} moves on faster than {timeframe}; "
                "choose 'crosses above' or 'crosses below'."
            )
            raise BadFormError({"operator": [fault]})
        limits = limits_of(self.operator, self.value, self.high)
        return normal_form(
            condition(self.operator, metric, limits, is_seldom=is_seldom)
        )

    def closes_when(self, timeframe: str, clock: Clock) -> str:
        """Return what ends an episode; empty where it ends with the condition."""
        if self.hysteresis_pct is None:
            return ""
        metric = self.subject(timeframe, clock)
        limits = limits_of(self.operator, self.value, self.high)
        ending = limits_of_end(self.operator, limits, self.hysteresis_pct)
        return normal_form(end(self.operator, metric, ending))


def describe(form: SimpleForm) -> str:
    """Return a form in plain words: ``price crosses above 2,000``."""
    metric = METRIC_OF[form.metric]
    unit = "%" if form.operator in MOVES else unit_in_words(metric)
    high = "" if form.high is None else amount_in_words(form.high, unit)
    phrase = _PHRASES[form.operator].format(
        amount_in_words(form.value, unit), form.window or high
    )
    sentence = f"{metric_in_words(metric)} {phrase}"
    if form.hysteresis_pct is None:
        return sentence
    return f"{sentence}, until it is {amount_in_words(form.hysteresis_pct)} % back"
