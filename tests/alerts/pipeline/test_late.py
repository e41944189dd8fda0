"""Minutes that are repaired after their close, in a real store under a real feed."""

from collections.abc import Callable, Collection, Iterable
from typing import Any, override

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from accounts.models import User
from alerts.models import Alert, AlertRevision, Delivery, Episode, Signal
from alerts.pipeline.evaluate import evaluate_closed
from alerts.pipeline.late import evaluate_late
from alerts.pipeline.tables import replayed_markets
from markets import snapshots
from markets.engine.recent import Recent
from markets.engine.table import Table
from markets.recent_snapshots import write_recent
from markets.types import MINUTE_MS, Venue
from tests.alerts.plain_path import Past, PlainEpisode, PlainPath, PlainRule
from tests.alerts.plain_rows import stored
from tests.alerts.stage import make_alert, webhook
from tests.markets.feed.doubles import BTC, ETH
from tests.markets.live_market import (
    MIDNIGHT_MS,
    SOURCE,
    DigestingPublisher,
    LiveMarket,
    wandering_log,
)

pytestmark = pytest.mark.django_db(transaction=True)

START_MS = MIDNIGHT_MS + 3 * MINUTE_MS
AGE_MINUTES = 1_350
WARM_UP = 8
"""What steps with the minutes is known this long after a start."""
BEFORE, HOLE, AFTER, LATER = 8, 4, 3, 6
FIRST_MS = START_MS + WARM_UP * MINUTE_MS
TEXTS = (
    "change_5m > {level}",
    "change_5m < -{level}",
    "abs(change_1h) > {level} and change_5m > 0",
    "price > candle_close_5m",
    "crosses_above(price, candle_close_5m)",
    "crosses_below(ema_9_1m, ema_21_1m)",
    "prev(price, 2) < price",
    "not rising(price, 2)",
    "range_5m > {level}",
)


class ShowingPublisher(DigestingPublisher):
    """Lets readers find the tables, as the real one does."""

    @override
    async def publish_closed(self, table: Table, *, open_time_ms: int) -> None:
        snapshots.write_table(table)
        await super().publish_closed(table, open_time_ms=open_time_ms)

    @override
    async def publish_late(
        self, table: Table, *, open_times_ms: Collection[int]
    ) -> None:
        snapshots.write_table(table)
        await super().publish_late(table, open_times_ms=open_times_ms)

    @override
    async def publish_recent(self, recent: Recent) -> None:
        write_recent(recent)
        await super().publish_recent(recent)


class HoledRun:
    """A feed that misses one pair for some minutes, which come afterwards."""

    def __init__(self) -> None:
        start_ms = START_MS - AGE_MINUTES * MINUTE_MS
        log = wandering_log((BTC, ETH), start_ms=start_ms, minutes=AGE_MINUTES + 60)
        self.live = LiveMarket(log, next_ms=START_MS)
        self.publisher = self.live.publisher = ShowingPublisher()

    async def play(self) -> None:
        """Close all minutes, have the rules asked at each, and mend the hole."""
        await self.live.start()
        await self.live.close_minutes(WARM_UP)
        await self._close(BEFORE)
        await self._close(HOLE, without=ETH)
        await self._close(AFTER)
        await self.live.mend()

    async def go_on(self) -> None:
        await self._close(LATER)
        await self.live.end()

    async def _close(self, count: int, **how: Any) -> None:
        for _ in range(count):
            await self.live.close_minutes(1, **how)
            await in_thread(lambda: evaluate_closed(lambda: self.live.next_ms))

    @property
    def repaired(self) -> list[int]:
        hole_ms = FIRST_MS + BEFORE * MINUTE_MS
        return list(range(hole_ms, hole_ms + HOLE * MINUTE_MS, MINUTE_MS))

    def ask_late(self) -> list[Any]:
        return evaluate_late(
            Venue.BINANCE_USDM, SOURCE.key, self.repaired, lambda: self.live.next_ms
        )


async def in_thread[Found](work: Callable[[], Found]) -> Found:
    def alone() -> Found:
        try:
            return work()
        finally:
            connections.close_all()

    return await sync_to_async(alone)()


def some_rules(person: User) -> list[PlainRule]:
    Signal.objects.update(is_enabled=False)
    rules = []
    for number, text in enumerate(TEXTS * 6):
        rule = PlainRule(
            0,
            text.format(level=round(0.04 + number * 0.011, 3)),
            [None, (ETH,), (BTC, ETH)][number // 9 % 3],
            timeframe=["1m", "5m"][number // 27],
            false_closes=1 + number % 2,
        )
        rules.append(stored(person, rule))
    return rules


def plain_episodes(rules: list[PlainRule], end_ms: int) -> Iterable[PlainEpisode]:
    """Return what a run without a hole finds in the stored minutes."""
    plain = PlainPath(rules, {BTC: "BTC", ETH: "ETH"})
    for market in replayed_markets(
        Venue.BINANCE_USDM,
        SOURCE.key,
        start_ms=FIRST_MS - 60 * MINUTE_MS,
        end_ms=end_ms,
    ):
        if market.table.as_of_ms <= FIRST_MS:
            # The path began with the first close after the start.
            plain.tables.append(market.table)
            rows: dict[str, Past] = {
                one: market.table.row(one) for one in market.table.symbols
            }
            plain.rows.append(rows)
        else:
            plain.close(market.table)
    return plain.episodes


def all_episodes() -> set[tuple[Any, ...]]:
    return set(Episode.objects.values_list("pk", "opened_ms", "closed_ms"))


def is_one(found: Episode, due: PlainEpisode) -> bool:
    """Whether one episode began while the other went on."""
    if (found.rule_number, found.symbol) != (due.number, due.symbol):
        return False
    found_end = found.closed_ms or due.opened_ms + 1
    due_end = due.closed_ms or found.opened_ms + 1
    return (
        found.opened_ms <= due.opened_ms < found_end
        or due.opened_ms <= found.opened_ms < due_end
    )


async def test_what_a_hole_hid_is_there_once_and_late_after_the_repair(
    alice: User,
) -> None:
    rules = await in_thread(lambda: some_rules(alice))
    run = HoledRun()
    await run.play()

    told = await in_thread(run.ask_late)

    before = await in_thread(all_episodes)
    assert await in_thread(run.ask_late) == []
    assert await in_thread(all_episodes) == before
    await run.go_on()
    due = await in_thread(lambda: plain_episodes(rules, run.live.next_ms))
    found = await in_thread(lambda: list(Episode.objects.all()))
    asked_ms = FIRST_MS + (BEFORE + HOLE + AFTER) * MINUTE_MS
    assert [
        one
        for one in due
        if one.opened_ms <= asked_ms and not any(is_one(some, one) for some in found)
    ] == []
    assert [one for one in found if not any(is_one(one, some) for some in due)] == []
    openings = {(one.number, one.symbol, one.opened_ms) for one in due}
    late = [one for one in found if one.is_late]
    assert len(late) == sum(one.episode.is_late for one in told) > 5
    assert {(one.rule_number, one.symbol, one.opened_ms) for one in late} <= openings
    assert {one.opened_ms + one.delay_ms for one in late} == {asked_ms}
    texts = {rule.number: rule for rule in rules}
    kinds = {texts[one.rule_number].text.partition("(")[0] for one in late}
    assert "prev" in kinds
    assert "5m" in {one.timeframe for one in late}
    # None is left open that a run without a hole would have closed.
    ends = {(one.number, one.symbol) for one in due if one.closed_ms is None}
    is_open = {(one.rule_number, one.symbol) for one in found if one.is_open}
    assert is_open <= ends


async def test_late_openings_are_told_with_their_delay_and_only_of_rules_of_then(
    alice: User,
) -> None:
    def made() -> None:
        Signal.objects.update(is_enabled=False)
        to = [webhook(alice)]
        for name, mode in (("Each", "each_episode"), ("Once", "once"), ("New", "once")):
            make_alert(
                alice, "not rising(price, 1)", name=name, symbol=ETH, mode=mode, to=to
            )

    def told() -> list[tuple[str, int]]:
        told = Delivery.objects.exclude(content__payload__is_late=False)
        return sorted(
            (one.content["payload"]["rule"]["name"], one.content["payload"]["delay_ms"])
            for one in told
            if one.content["payload"]["phase"] == "open"
        )

    await in_thread(made)
    run = HoledRun()
    await run.play()
    new = await Alert.objects.aget(name="New")
    await AlertRevision.objects.acreate(
        alert=new, since_ms=run.live.next_ms, is_active=True, definition={}
    )
    await Episode.objects.all().adelete()
    await Delivery.objects.all().adelete()
    await Alert.objects.aupdate(is_active=True, finished_at=None)

    await in_thread(run.ask_late)
    await in_thread(run.ask_late)

    late = await in_thread(told)
    names = [name for name, _ in late]
    assert names.count("Each") > 1
    assert names.count("Once") == 1
    assert "New" not in names
    asked_ms = FIRST_MS + (BEFORE + HOLE + AFTER) * MINUTE_MS
    opened = Episode.objects.filter(rule_name="Each", is_late=True).values_list(
        "opened_ms", flat=True
    )
    delays = sorted(asked_ms - one for one in await in_thread(lambda: list(opened)))
    assert [delay for name, delay in late if name == "Each"] == delays
    assert (await Alert.objects.aget(name="Once")).finished_at is not None
    await run.live.end()
