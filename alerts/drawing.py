"""Candles drawn with Matplotlib, by objects alone: nothing stays between pictures."""

import io
import threading
from datetime import UTC, datetime
from typing import Final

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure

from alerts.picture import Candles

# The dark theme's tokens, as frontend/src/styles/tokens.css has them.
BACKGROUND: Final = "#0b0d10"
GRID: Final = "#222831"
TEXT: Final = "#e7e9ec"
MUTED: Final = "#8b94a1"
UP: Final = "#35c48d"
DOWN: Final = "#f0616d"
MARK: Final = "#7aa2f7"

_DPI: Final = 100
_SIZE: Final = (8.0, 4.2)
_BODY: Final = 0.35
"""Half a candle's width, of the distance between two."""
_TIME_LABELS: Final = 6
_MINUTE_MS: Final = 60_000
_DAY_MS: Final = 86_400_000
# Matplotlib is not made for threads; a picture takes a tenth of a second.
_LOCK: Final = threading.Lock()

type _Floats = npt.NDArray[np.float64]


class Drawing:
    """
    One picture in the making.

    Parameters
    ----------
    candles
        At least one, none of them missing.
    decimals
        Of prices.
    """

    def __init__(self, candles: Candles, decimals: int) -> None:
        self._candles = candles
        self._decimals = decimals
        gaps_ms = np.diff(candles.open_time_ms)
        self._step_ms = int(gaps_ms.min()) if len(gaps_ms) else _MINUTE_MS
        since = candles.open_time_ms - candles.open_time_ms[0]
        self._places: _Floats = since / self._step_ms
        self._colours = np.where(candles.close >= candles.open, UP, DOWN)

    def png(self, trigger_ms: int, price: float, title: str) -> bytes:
        """Return the picture."""
        with _LOCK:
            figure = Figure(figsize=_SIZE, dpi=_DPI, facecolor=BACKGROUND)
            FigureCanvasAgg(figure)
            prices, volumes = _axes(figure)
            self._draw_prices(prices, price)
            self._draw_volumes(volumes)
            self._label_times(volumes)
            self._mark(prices, trigger_ms, price)
            _head(figure, title, _clock_time(trigger_ms, with_day=True))
            written = io.BytesIO()
            figure.savefig(written, format="png", facecolor=BACKGROUND)
            return written.getvalue()

    def _draw_prices(self, axes: Axes, price: float) -> None:
        candles = self._candles
        wicks = np.stack(
            [
                np.column_stack([self._places, candles.low]),
                np.column_stack([self._places, candles.high]),
            ],
            axis=1,
        )
        axes.add_collection(
            LineCollection(list(wicks), colors=list(self._colours), linewidths=1.0)
        )
        low = min(float(candles.low.min()), price)
        high = max(float(candles.high.max()), price)
        room = (high - low) * 0.06 or abs(high) * 0.01 or 1.0
        # A body that opens where it closes is still a line.
        least = (high - low + 2 * room) / 300
        bottom = np.minimum(candles.open, candles.close)
        top = np.maximum(np.maximum(candles.open, candles.close), bottom + least)
        axes.add_collection(self._boxes(bottom, top))
        axes.set_ylim(low - room, high + room)
        axes.yaxis.set_major_formatter(lambda value, _: self._written(value))

    def _draw_volumes(self, axes: Axes) -> None:
        volume = np.nan_to_num(self._candles.volume)
        boxes = self._boxes(np.zeros_like(volume), volume)
        boxes.set_alpha(0.55)
        axes.add_collection(boxes)
        axes.set_ylim(0, float(volume.max()) * 1.05 or 1.0)
        axes.set_yticks([])
        axes.set_xlim(-1, max(float(self._places[-1]) + 1, 20))

    def _boxes(self, bottom: _Floats, top: _Floats) -> PolyCollection:
        left, right = self._places - _BODY, self._places + _BODY
        corners = [(left, bottom), (left, top), (right, top), (right, bottom)]
        boxes = np.stack([np.column_stack(corner) for corner in corners], axis=1)
        return PolyCollection(
            list(boxes), facecolors=list(self._colours), antialiaseds=False
        )

    def _label_times(self, axes: Axes) -> None:
        times_ms = self._candles.open_time_ms
        chosen = np.unique(
            np.linspace(0, len(times_ms) - 1, _TIME_LABELS).round().astype(int)
        )
        is_long = int(times_ms[-1] - times_ms[0]) >= _DAY_MS
        labels = [
            _clock_time(int(times_ms[index]), with_day=is_long) for index in chosen
        ]
        axes.set_xticks(self._places[chosen], labels)

    def _mark(self, axes: Axes, trigger_ms: int, price: float) -> None:
        times_ms = self._candles.open_time_ms
        index = int(np.searchsorted(times_ms, trigger_ms, side="right")) - 1
        place = float(self._places[max(index, 0)])
        axes.axhline(price, color=MARK, linewidth=1.0, linestyle=(0, (4, 3)))
        axes.axvline(place, color=MARK, linewidth=1.0, alpha=0.35)
        axes.plot(place, price, marker="o", markersize=7, color=MARK, zorder=5)
        axes.annotate(
            self._written(price),
            (1.0, price),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            color=BACKGROUND,
            bbox={"boxstyle": "round,pad=0.25", "fc": MARK, "ec": "none"},
            annotation_clip=False,
        )

    def _written(self, value: float) -> str:
        return f"{value:,.{self._decimals}f}"


def _axes(figure: Figure) -> tuple[Axes, Axes]:
    prices = figure.add_axes((0.02, 0.27, 0.85, 0.61))
    volumes = figure.add_axes((0.02, 0.09, 0.85, 0.17), sharex=prices)
    for axes in (prices, volumes):
        axes.set_facecolor(BACKGROUND)
        axes.tick_params(colors=MUTED, labelsize=9, length=0)
        axes.spines[:].set_visible(False)
    prices.yaxis.tick_right()
    prices.grid(visible=True, color=GRID, linewidth=0.6)
    prices.set_axisbelow(True)
    prices.tick_params(labelbottom=False)
    return prices, volumes


# A dollar sign in a title is no mathematics.
def _head(figure: Figure, title: str, time: str) -> None:
    figure.text(
        0.02, 0.925, title, color=TEXT, fontsize=13, weight="bold", parse_math=False
    )
    figure.text(0.98, 0.925, f"{time} UTC", color=MUTED, fontsize=10, ha="right")


def _clock_time(time_ms: int, *, with_day: bool) -> str:
    moment = datetime.fromtimestamp(time_ms / 1_000, tz=UTC)
    return f"{moment:%d %b %H:%M}" if with_day else f"{moment:%H:%M}"
