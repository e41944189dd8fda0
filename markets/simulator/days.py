"""UTC days of a generated market, of many pairs or many days at once."""

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from markets.simulator.market import ABSENT_BAR, COLUMNS, FIRST_ID, TRADES, Ints

Floats = NDArray[np.float64]

_MINUTES: Final = 1_440
_MARKET_KEY: Final = 0
_OCTAVES: Final = ((1, 0.02), (5, 0.06), (23, 0.12), (97, 0.25))
_HALT_CHANCE: Final = 1 / 150
_EVENT_CHANCE: Final = 0.12


@dataclass(frozen=True, slots=True)
class PairTraits:
    """What is lasting about each pair; every array has one entry a pair."""

    keys: Ints
    price: Floats
    price_unit: Floats
    volume_unit: Floats
    beta: Floats
    volatility: Floats
    turnover: Floats
    activity: Floats
    trades_a_day: Ints

    def of(self, rows: list[int]) -> "PairTraits":
        """Return the traits of some pairs."""
        return PairTraits(*(getattr(self, field.name)[rows] for field in fields(self)))


def generate_days(traits: PairTraits, days: Ints, *, seed: int) -> Ints:
    """
    Return every minute of one day a row, shape ``(rows, 1440, COLUMNS)``.

    Each row draws from a generator of its own (seed, key, day), so its
    candles don't depend on which other rows there are. Returns are the market
    factor, clustered noise and jumps; they are bent so that the day starts
    and ends at levels known from the day's number alone.

    Parameters
    ----------
    traits
        The pair of each row.
    days
        The day of each row, from 1970.
    seed
        Of the whole market.
    """
    draws = [
        np.random.default_rng([seed, int(key), int(day)])
        for key, day in zip(traits.keys, days, strict=True)
    ]
    heat = _heat(draws)
    market = _market_returns(days, seed)
    noise = np.stack([draw.standard_normal(_MINUTES) for draw in draws])
    returns = traits.beta[:, None] * market + traits.volatility[:, None] * heat * noise
    surge = _add_events(returns, draws)
    active = np.stack([draw.random(_MINUTES) for draw in draws])
    is_active = active < traits.activity[:, None]
    returns[~is_active] = 0.0
    start = _level(traits.keys, days, seed)
    end = _level(traits.keys, days + 1, seed)
    _bend(returns, end - start, is_active)
    growth = np.concatenate([start[:, None], returns], axis=1).cumsum(axis=1)
    levels = traits.price[:, None] * np.exp(growth)
    prices = _prices(levels, traits, draws, is_active)
    moves = np.abs(returns) / traits.volatility[:, None]
    weight = (0.3 + moves) * heat * surge * is_active
    is_halted = _halts(draws)
    weight[is_halted] = 0.0
    block = _assemble(prices, weight, traits, draws, days)
    block[is_halted] = ABSENT_BAR
    return block


def _heat(draws: list[np.random.Generator]) -> Floats:
    # Clustered volatility: hourly levels with fat tails, joined smoothly.
    levels = np.stack([np.exp(0.45 * draw.standard_normal(25)) for draw in draws])
    levels[:, 0] = levels[:, -1] = 1.0
    minutes = np.arange(_MINUTES) / 60
    hour = minutes.astype(np.int64)
    between = minutes - hour
    return levels[:, hour] * (1 - between) + levels[:, hour + 1] * between


def _market_returns(days: Ints, seed: int) -> Floats:
    different, place = np.unique(days, return_inverse=True)
    draws = [np.random.default_rng([seed, _MARKET_KEY, int(day)]) for day in different]
    heat = _heat(draws)
    noise = np.stack([draw.standard_normal(_MINUTES) for draw in draws])
    returns: Floats = (0.00025 * heat * noise)[place]
    return returns


def _add_events(returns: Floats, draws: list[np.random.Generator]) -> Floats:
    # Jumps, and pumps or dumps that swing back; both come with volume.
    surge = np.ones_like(returns)
    for row, draw in enumerate(draws):
        for minute in draw.integers(0, _MINUTES, draw.poisson(1.5)):
            returns[row, minute] += draw.normal(0, 0.006)
            surge[row, minute : minute + 5] *= 5.0
        if draw.random() < _EVENT_CHANCE:
            start = int(draw.integers(0, _MINUTES - 90))
            rise, fall = int(draw.integers(4, 20)), int(draw.integers(20, 70))
            size = draw.uniform(0.03, 0.12) * (1 if draw.random() < 0.6 else -1)
            returns[row, start : start + rise] += size / rise
            returns[row, start + rise : start + rise + fall] -= 0.6 * size / fall
            surge[row, start : start + rise] *= 12.0
            surge[row, start + rise : start + rise + fall] *= 4.0
    return surge


def _bend(returns: Floats, wanted: Floats, is_active: NDArray[np.bool_]) -> None:
    # A bridge: spread what is missing to the next day's level over the day.
    missing = wanted - returns.sum(axis=1)
    steps = np.maximum(is_active.sum(axis=1), 1)
    returns += (missing / steps)[:, None] * is_active


def _level(keys: Ints, days: Ints, seed: int) -> Floats:
    """Return the logarithm of each row's price at midnight, relative to its own."""
    level = np.zeros(len(keys))
    for octave, size in _OCTAVES:
        number, part = np.divmod(days, octave)
        here = _known_noise(keys, number, octave, seed)
        there = _known_noise(keys, number + 1, octave, seed)
        level += size * (here + (there - here) * part / octave)
    return level


def _known_noise(keys: Ints, numbers: Ints, octave: int, seed: int) -> Floats:
    # SplitMix64: noise that any process finds again without a history.
    with np.errstate(over="ignore"):
        mixed = keys.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        mixed += numbers.astype(np.uint64) * np.uint64(1_000_003)
        mixed += np.uint64((octave * 7_919 + seed * 104_729) % 2**63)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (mixed ^ (mixed >> np.uint64(31))) / 2.0**63 - 1.0


def _prices(
    levels: Floats,
    traits: PairTraits,
    draws: list[np.random.Generator],
    is_active: NDArray[np.bool_],
) -> Ints:
    # Open, high, low, close in whole ticks; an open is the close before it.
    unit = traits.price_unit[:, None]
    ends = np.maximum(np.rint(levels * unit), 1).astype(np.int64)
    opening, close = ends[:, :-1], ends[:, 1:]
    wicks = np.stack([np.abs(draw.standard_normal((2, _MINUTES))) for draw in draws])
    reach = wicks * (close * traits.volatility[:, None] * 0.5)[:, None, :]
    ticks = np.rint(reach).astype(np.int64) * is_active[:, None, :]
    high = np.maximum(opening, close) + ticks[:, 0]
    low = np.maximum(np.minimum(opening, close) - ticks[:, 1], 1)
    return np.stack([opening, high, low, close], axis=2)


def _assemble(
    prices: Ints,
    weight: Floats,
    traits: PairTraits,
    draws: list[np.random.Generator],
    days: Ints,
) -> Ints:
    block = np.zeros((*weight.shape, COLUMNS), np.int64)
    block[:, :, :4] = prices
    is_active = weight > 0
    grown = np.cumsum(weight, axis=1)
    total = np.maximum(grown[:, -1:], 1e-9)
    # Every day has the same number of trades: the ids of a minute are then known
    # without counting the days before.
    reserve = 4 * is_active.sum(axis=1, keepdims=True)
    free = np.maximum(traits.trades_a_day[:, None] * 4 - reserve, 0)
    shared = np.floor(grown / total * free).astype(np.int64)
    trades = np.diff(shared, axis=1, prepend=0) + 4 * is_active
    block[:, :, TRADES] = trades
    first_id = np.cumsum(trades, axis=1) - trades
    before = traits.trades_a_day * 4 * days
    block[:, :, FIRST_ID] = first_id + before[:, None]
    _add_volumes(block, weight, traits, draws)
    return block


def _add_volumes(
    block: Ints, weight: Floats, traits: PairTraits, draws: list[np.random.Generator]
) -> None:
    typical = block[:, :, 1:4].mean(axis=2) / traits.price_unit[:, None]
    traded = traits.turnover[:, None] * weight
    units = np.rint(traded / typical * traits.volume_unit[:, None]).astype(np.int64)
    volume = np.where(weight > 0, np.maximum(units, block[:, :, TRADES]), 0)
    share = np.stack([draw.beta(12, 12, _MINUTES) for draw in draws])
    rising = np.sign(block[:, :, 3] - block[:, :, 0])
    taker = np.floor(volume * np.clip(share + 0.08 * rising, 0, 1)).astype(np.int64)
    value = typical * traits.price_unit[:, None] / traits.volume_unit[:, None]
    block[:, :, 4] = volume
    block[:, :, 5] = np.rint(volume * value)
    block[:, :, 7] = taker
    block[:, :, 8] = np.rint(taker * value)


def _halts(draws: list[np.random.Generator]) -> NDArray[np.bool_]:
    halted = np.zeros((len(draws), _MINUTES), np.bool_)
    for row, draw in enumerate(draws):
        if draw.random() < _HALT_CHANCE:
            start = int(draw.integers(0, _MINUTES - 60))
            halted[row, start : start + int(draw.integers(5, 40))] = True
    return halted
