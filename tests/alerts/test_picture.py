import io
import threading

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from alerts.drawing import BACKGROUND, DOWN, MARK, TEXT, UP
from alerts.picture import Candles, draw_candles

START_MS = 1_700_000_040_000
MINUTE_MS = 60_000


def candles(close: npt.ArrayLike, *, step_ms: int = MINUTE_MS) -> Candles:
    """Candles that each open where the one before closed."""
    ends = np.asarray(close, dtype=np.float64)
    opens = np.concatenate([ends[:1], ends[:-1]])
    return Candles(
        START_MS + step_ms * np.arange(len(ends), dtype=np.int64),
        opens,
        np.maximum(opens, ends) + 0.5,
        np.minimum(opens, ends) - 0.5,
        ends,
        np.full(len(ends), 10.0),
    )


WALK = candles(100 + np.cumsum(np.random.default_rng(7).normal(size=120)))


def draw(given: Candles, *, at: int = -1, title: str = "BTCUSDT · 1m") -> bytes:
    return draw_candles(
        given,
        trigger_ms=int(given.open_time_ms[at]) + 59_000,
        price=float(given.close[at]),
        title=title,
        decimals=2,
    )


def is_coloured(png: bytes, colour: str) -> npt.NDArray[np.bool_]:
    """Where a picture has exactly this colour, rows down and columns across."""
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
    wanted = [int(colour[start : start + 2], 16) for start in (1, 3, 5)]
    return np.asarray((pixels == wanted).all(axis=-1), dtype=np.bool_)


def test_a_picture_is_small_and_of_the_size_of_a_message() -> None:
    png = draw(WALK)

    image = Image.open(io.BytesIO(png))
    assert (image.format, image.size) == ("PNG", (800, 420))
    assert len(png) <= 60_000
    assert is_coloured(png, BACKGROUND).mean() > 0.5


def test_rising_and_falling_candles_have_the_colours_of_the_site() -> None:
    rising, falling = draw(candles(range(100, 190))), draw(candles(range(190, 100, -1)))

    assert is_coloured(rising, UP).sum() > 1_000
    # The first opens where it closes, and counts as rising.
    assert not is_coloured(rising, DOWN).any()
    assert is_coloured(falling, DOWN).sum() > 1_000
    assert is_coloured(falling, UP).sum() < 60


def test_the_mark_stands_at_its_candle_and_price() -> None:
    given = candles(range(100, 190))
    places = []
    for at in (10, 45, 80):
        rows, columns = np.nonzero(is_coloured(draw(given, at=at), MARK)[:300, :690])
        # The dot is the widest of what has this colour; the line is one row.
        densest = np.bincount(columns).argmax()
        places.append((densest, np.bincount(rows).argmax()))

    across, down = zip(*places, strict=True)
    assert list(np.diff(across)) == pytest.approx([260, 260], abs=12)
    assert all(step < -60 for step in np.diff(down))


def test_only_the_last_candles_are_shown() -> None:
    assert draw(WALK) == draw(WALK.last(90))


def test_a_title_is_shown_as_typed_whatever_it_holds() -> None:
    png = draw(WALK, title="$\\nosuch$ ^{x} <b> · 1m")

    assert is_coloured(png, TEXT)[:50].sum() > 200


def test_missing_candles_leave_a_gap() -> None:
    given = candles(range(100, 190))
    given.close[40:50] = np.nan

    is_candle = is_coloured(draw(given), UP)[60:300, :690].any(axis=0)

    lit = np.nonzero(is_candle)[0]
    assert np.diff(lit).max() > 60


@pytest.mark.parametrize(
    "given",
    [
        candles([100.0]),
        candles([5.0, 5.0, 5.0]),
        candles([1e-7, 2e-7]),
        candles(np.linspace(60_000, 70_000, 90), step_ms=86_400_000),
    ],
)
def test_odd_markets_are_drawn_too(given: Candles) -> None:
    png = draw(given)

    assert is_coloured(png, MARK).sum() > 300
    # A lone candle stands behind its mark.
    assert is_coloured(png, UP).any() or len(given.close) == 1


def test_a_market_without_volume_is_drawn() -> None:
    given = candles(range(100, 190))
    given.volume[:] = np.nan

    assert is_coloured(draw(given), UP).any()


def test_no_candles_are_no_picture() -> None:
    with pytest.raises(ValueError, match="no candles"):
        draw_candles(candles([]), trigger_ms=START_MS, price=1.0, title="", decimals=2)


def test_threads_draw_what_one_draws() -> None:
    markets = [candles(100 + np.sin(np.arange(90) + shift) * 5) for shift in range(6)]
    alone = [draw(one) for one in markets]
    together: dict[int, bytes] = {}
    start = threading.Barrier(len(markets))

    def draw_one(number: int) -> None:
        start.wait()
        together[number] = draw(markets[number])

    threads = [
        threading.Thread(target=draw_one, args=(number,))
        for number in range(len(markets))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [together[number] for number in range(len(markets))] == alone
