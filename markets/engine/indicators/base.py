"""What an indicator is."""

from collections.abc import Sequence
from typing import Protocol

from markets.engine.indicators.carry import Carry
from markets.engine.indicators.moment import Moment
from markets.engine.indicators.past import Look
from markets.engine.table import Floats


class Indicator(Protocol):
    """
    One formula, or a family of one, for all instruments at once.

    It holds no state itself: what it needs of earlier candles it either looks
    back at or carries on, and `IndicatorStates` keeps both for it. So the step
    at a close, the look at a forming candle and the run over a history are the
    same operations on arrays of other shapes.
    """

    @property
    def names(self) -> tuple[str, ...]:
        """Its metrics, in the order of its values."""

    @property
    def n_lanes(self) -> int:
        """How many numbers it carries from candle to candle."""

    @property
    def n_looks(self) -> int:
        """How many numbers `look_back` gives."""

    def look_back(self, look: Look) -> Sequence[Floats]:
        """
        Return what it needs of the candles before.

        Each of shape ``(n_candles, n_symbols)``, or several stacked; NaN where
        there are too few candles, or an unknown one.
        """

    def values(
        self, moment: Moment, looked: Floats, carry: Carry
    ) -> Sequence[Floats] | Floats:
        """
        Return its metrics at these candles.

        Parameters
        ----------
        moment
            The candles.
        looked
            What `look_back` gave for them, shape ``(n_looks, ...)``.
        carry
            Its lanes.
        """


class CarriesOn:
    """What indicators that never look back have in common."""

    n_looks = 0

    def look_back(self, look: Look) -> Sequence[Floats]:
        """Return nothing."""
        del look
        return ()
