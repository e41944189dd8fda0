"""The checks that every candle passes before anyone uses it."""

from math import inf, isfinite

from markets.types import MINUTE_MS, Candle

_ROUNDING = 1.000001


def is_plausible(candle: Candle) -> bool:
    """
    Return whether prices and volume agree; cheap enough for forming candles.

    NaN fails every comparison, so it needs no test of its own.
    """
    low, high = candle.low, candle.high
    return (
        0 < low <= candle.open <= high < inf
        and low <= candle.close <= high
        and 0 <= candle.volume < inf
        and candle.open_time_ms % MINUTE_MS == 0
    )


def find_fault(candle: Candle, *, now_ms: int) -> str | None:
    """
    Return what is wrong with a closed candle, in a sentence; None if nothing.

    Parameters
    ----------
    candle
        A closed one-minute candle.
    now_ms
        Exchange time; nothing can have closed that has not begun.
    """
    if not is_plausible(candle):
        return _price_fault(candle)
    if candle.open_time_ms > now_ms:
        return f"It opens at {candle.open_time_ms}, after the present {now_ms}."
    for name, value in (
        ("quote_volume", candle.quote_volume),
        ("trade_count", candle.trade_count),
        ("taker_buy_volume", candle.taker_buy_volume),
        ("taker_buy_quote_volume", candle.taker_buy_quote_volume),
    ):
        if value is not None and not (isfinite(value) and value >= 0):
            return f"Its {name} is {value}; it must be finite and not negative."
    return _share_fault(candle) or _trade_fault(candle)


def _price_fault(candle: Candle) -> str:
    if candle.open_time_ms % MINUTE_MS:
        return f"It opens at {candle.open_time_ms}, which is no full minute."
    prices = (candle.open, candle.high, candle.low, candle.close)
    if not all(isfinite(price) and price > 0 for price in prices):
        return f"Its prices are {prices}; all must be finite and above zero."
    if not (isfinite(candle.volume) and candle.volume >= 0):
        return f"Its volume is {candle.volume}; it must be finite and not negative."
    return (
        f"Its low {candle.low} and high {candle.high} do not hold its open "
        f"{candle.open} and close {candle.close}."
    )


# Taker volumes are parts of the whole; sums of decimals may differ in rounding.
def _share_fault(candle: Candle) -> str | None:
    for name, part, whole in (
        ("taker_buy_volume", candle.taker_buy_volume, candle.volume),
        (
            "taker_buy_quote_volume",
            candle.taker_buy_quote_volume,
            candle.quote_volume,
        ),
    ):
        if part is not None and whole is not None and part > whole * _ROUNDING:
            return f"Its {name} {part} is more than the whole {whole}."
    return None


def _trade_fault(candle: Candle) -> str | None:
    first, last = candle.first_trade_id, candle.last_trade_id
    if first is not None and last is not None and first > last:
        return f"Its first trade {first} comes after its last {last}."
    return None
