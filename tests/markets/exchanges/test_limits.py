import asyncio
import heapq
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings, strategies as st

from markets.errors import RateLimitedError
from markets.exchanges.binance.limits import WeightGovernor
from markets.exchanges.binance.rules import RULES, weight_at
from markets.types import MINUTE_MS, Venue

START_MS = 1_700_000_040_000 - 1_700_000_040_000 % MINUTE_MS


@dataclass
class Clock:
    """Time that moves when every waiting task waits for it."""

    now_ms: int = START_MS
    _sleepers: list[tuple[int, int, asyncio.Future[None]]] = field(default_factory=list)

    def __call__(self) -> int:
        return self.now_ms

    async def sleep(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        due = self.now_ms + max(1, round(seconds * 1_000))
        heapq.heappush(self._sleepers, (due, id(woken), woken))
        await woken

    async def run(self, *tasks: "asyncio.Task[None]") -> None:
        while not all(task.done() for task in tasks):
            for _ in range(5):
                await asyncio.sleep(0)
            if self._sleepers and not all(task.done() for task in tasks):
                self.now_ms, _, woken = heapq.heappop(self._sleepers)
                woken.set_result(None)
        await asyncio.gather(*tasks)


@dataclass
class Ledger:
    """What the exchange would count, by its own clock."""

    skew_ms: int
    others: int
    used: dict[int, int] = field(default_factory=dict)

    def count(self, now_ms: int, weight: int) -> int:
        minute = (now_ms + self.skew_ms) // MINUTE_MS
        self.used[minute] = self.used.get(minute, self.others) + weight
        return self.used[minute]


@settings(deadline=None, max_examples=60)
@given(
    weights=st.lists(st.sampled_from([1, 2, 5, 10, 20, 40]), min_size=1, max_size=150),
    delays_ms=st.lists(st.integers(1, 3_000), min_size=1, max_size=20),
    skew_ms=st.integers(-900, 900),
    has_headers=st.booleans(),
    start_ms=st.integers(0, MINUTE_MS),
    limit=st.integers(100, 400),
)
async def test_weight_never_exceeds_the_ceiling(
    weights: list[int],
    delays_ms: list[int],
    skew_ms: int,
    has_headers: bool,
    start_ms: int,
    limit: int,
) -> None:
    clock = Clock(START_MS + start_ms)
    governor = WeightGovernor(limit, clock=clock, sleep=clock.sleep)
    ledger = Ledger(skew_ms, others=0)

    async def request(number: int, weight: int) -> None:
        reservation = await governor.acquire(weight)
        # Half of the delay on the way there; none takes as long as the skew
        # that the bucket allows for.
        await clock.sleep(delays_ms[number % len(delays_ms)] / 2_000)
        used = ledger.count(clock(), weight)
        await clock.sleep(delays_ms[number % len(delays_ms)] / 2_000)
        governor.settle(reservation, used if has_headers else None)

    tasks = [asyncio.create_task(request(*pair)) for pair in enumerate(weights)]
    await clock.run(*tasks)

    assert sum(ledger.used.values()) == sum(weights)
    assert max(ledger.used.values()) <= limit


async def test_use_by_others_in_the_header_is_respected() -> None:
    clock = Clock(START_MS + 10_000)
    governor = WeightGovernor(100, clock=clock, sleep=clock.sleep)

    governor.settle(await governor.acquire(10), used=90)
    waiting = asyncio.create_task(_acquire(governor, 10))
    await clock.run(waiting)

    assert clock() >= START_MS + MINUTE_MS


async def test_header_of_the_minute_before_is_not_taken_over() -> None:
    clock = Clock(START_MS + 59_000)
    governor = WeightGovernor(100, clock=clock, sleep=clock.sleep)
    early = await governor.acquire(10)
    clock.now_ms += 5_000

    governor.settle(early, used=95)

    assert governor.state.used == 10


async def test_ceiling_of_the_exchange_is_taken_over() -> None:
    clock = Clock()
    governor = WeightGovernor(2_400, clock=clock, sleep=clock.sleep)

    governor.set_limit(50)

    assert governor.state.limit == 50
    with pytest.raises(ValueError, match="never fits"):
        await governor.acquire(50)


async def test_shares_of_two_processes_stay_below_the_ceiling_together() -> None:
    clock = Clock(START_MS + 10_000)
    feed = WeightGovernor(100, clock=clock, sleep=clock.sleep, share=0.8)
    web = WeightGovernor(100, clock=clock, sleep=clock.sleep, share=0.2)
    spent = 0
    tasks = [asyncio.create_task(_acquire(feed, 10)) for _ in range(20)]
    tasks += [asyncio.create_task(_acquire(web, 2)) for _ in range(20)]

    await asyncio.sleep(0)
    await asyncio.sleep(0)
    spent = sum(not task.done() for task in tasks)
    used = feed.state.used + web.state.used

    assert spent > 0
    assert 80 <= used <= 100
    await clock.run(*tasks)


async def test_429_stops_every_caller_until_retry_after() -> None:
    clock = Clock()
    governor = WeightGovernor(2_400, clock=clock, sleep=clock.sleep)

    governor.block(30.0)

    clock.now_ms += 29_000
    with pytest.raises(RateLimitedError) as stopped:
        await governor.acquire(1)
    assert stopped.value.retry_after_s == pytest.approx(1.0)
    assert governor.state.blocked_until_ms == START_MS + 30_000
    clock.now_ms += 1_000
    await governor.acquire(1)
    assert governor.state.blocked_until_ms is None


async def test_shorter_block_does_not_end_a_longer_one() -> None:
    clock = Clock()
    governor = WeightGovernor(2_400, clock=clock, sleep=clock.sleep)

    governor.block(120.0)
    governor.block(5.0)

    assert governor.state.blocked_until_ms == START_MS + 120_000


@pytest.mark.parametrize("share", [0.0, -0.1, 1.1])
def test_impossible_share_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="share"):
        WeightGovernor(2_400, clock=Clock(), share=share)


@pytest.mark.parametrize(
    ("limit", "weight"),
    [(1, 1), (99, 1), (100, 2), (499, 2), (500, 5), (1_000, 5), (1_001, 10)],
)
def test_futures_klines_weigh_by_limit(limit: int, weight: int) -> None:
    assert weight_at(RULES[Venue.BINANCE_USDM].klines_weights, limit) == weight


@pytest.mark.parametrize(
    ("venue", "limit", "weight"),
    [
        (Venue.BINANCE_USDM, 50, 2),
        (Venue.BINANCE_USDM, 100, 5),
        (Venue.BINANCE_USDM, 500, 10),
        (Venue.BINANCE_USDM, 1_000, 20),
        (Venue.BINANCE_SPOT, 100, 5),
        (Venue.BINANCE_SPOT, 500, 25),
        (Venue.BINANCE_SPOT, 1_000, 50),
        (Venue.BINANCE_SPOT, 5_000, 250),
    ],
)
def test_depth_weighs_by_limit(venue: Venue, limit: int, weight: int) -> None:
    assert weight_at(RULES[venue].depth_weights, limit) == weight


def test_spot_klines_weigh_two_whatever_the_limit() -> None:
    steps = RULES[Venue.BINANCE_SPOT].klines_weights

    assert {weight_at(steps, limit) for limit in (1, 499, 1_000)} == {2}


@pytest.mark.parametrize("limit", [0, 1_501])
def test_limit_that_is_not_served_is_refused(limit: int) -> None:
    with pytest.raises(ValueError, match="limit"):
        weight_at(RULES[Venue.BINANCE_USDM].klines_weights, limit)


async def _acquire(governor: WeightGovernor, weight: int) -> None:
    governor.settle(await governor.acquire(weight), used=None)
