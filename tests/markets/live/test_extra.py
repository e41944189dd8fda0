"""Topics that an app brings, told to the sockets that they concern."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import pytest
from django.db import OperationalError

from markets.errors import MarketUnavailableError
from markets.live import extra
from markets.live.bus import _joined
from markets.live.extra import Extras, NamelessError
from markets.live.mailbox import Mailbox
from markets.live.topics import Topic, parse_topic

pytestmark = pytest.mark.django_db(transaction=True)
WAIT_S = 5
OWN = Topic.of_extra("diary")
COMMON = Topic.of_extra("gazette")


class Diary:
    """A topic whose reading a test can hold back."""

    name, field, is_personal = "diary", "pages", True

    def __init__(self) -> None:
        self.pages = {"alice": {1: "rain"}, "bob": {2: "sun"}}
        self.gate = threading.Event()
        self.gate.set()
        self.reading = threading.Event()
        self.is_away = False

    def snapshot(self, person: str) -> Mapping[str, Any]:
        if self.is_away:
            raise OperationalError("The database is away.")
        found = {"pages": [{"text": one} for one in self.pages[person].values()]}
        self.reading.set()
        self.gate.wait(WAIT_S)
        return found

    def rows(self, person: str, ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
        own = self.pages[person]
        return {one: {"text": own[one]} for one in ids if one in own}


class Gazette(Diary):
    """One for everybody."""

    name, is_personal = "gazette", False

    def __init__(self) -> None:
        super().__init__()
        self.pages = {"": {1: "war", 2: "peace"}}


@pytest.fixture
def diary(monkeypatch: pytest.MonkeyPatch) -> Diary:
    monkeypatch.setattr(extra, "_topics", {})
    monkeypatch.setattr("markets.live.topics._extra", set())
    made = Diary()
    extra.register(made)
    extra.register(Gazette())
    return made


@pytest.fixture
async def extras(diary: Diary) -> AsyncIterator[Extras]:
    made = Extras()
    running = asyncio.create_task(made.run())
    yield made
    running.cancel()


@pytest.fixture
async def mailbox() -> Mailbox:
    return Mailbox(clock_s=lambda: 0.0)


async def heard(mailbox: Mailbox) -> dict[str, Any]:
    async with asyncio.timeout(WAIT_S):
        text = await mailbox.take()
    assert text is not None
    frame: dict[str, Any] = json.loads(text)
    return frame


def test_a_topic_that_an_app_brings_is_known_by_its_name(diary: Diary) -> None:
    assert parse_topic("diary") == OWN
    assert OWN.name == "diary"
    with pytest.raises(ValueError, match="diary, gazette, feed or candles"):
        parse_topic("diaries")


async def test_a_person_hears_a_snapshot_and_then_what_is_theirs(
    extras: Extras, diary: Diary, mailbox: Mailbox
) -> None:
    await extras.join(mailbox, OWN, "alice")
    first = await heard(mailbox)
    diary.pages["alice"][7] = "snow"

    extras.hear({"kind": "diary", "news": {"alice": [7, 2], "bob": [2]}})

    second = await heard(mailbox)
    assert first["data"] == {"pages": [{"text": "rain"}]}
    assert (second["type"], second["topic"]) == ("update", "diary")
    assert second["seq"] == first["seq"] + 1
    assert second["data"] == {"pages": [{"text": "snow"}]}


async def test_what_concerns_another_is_not_told(
    extras: Extras, mailbox: Mailbox
) -> None:
    await extras.join(mailbox, OWN, "alice")
    await heard(mailbox)

    extras.hear({"kind": "diary", "news": {"bob": [2]}})
    extras.hear({"kind": "diary", "news": {"alice": [1]}})

    assert (await heard(mailbox))["data"] == {"pages": [{"text": "rain"}]}


async def test_nobody_has_no_topic_of_their_own(
    extras: Extras, mailbox: Mailbox
) -> None:
    with pytest.raises(NamelessError, match="logged in"):
        await extras.join(mailbox, OWN, None)


async def test_one_for_everybody_is_one_whoever_listens(
    extras: Extras, mailbox: Mailbox
) -> None:
    other = Mailbox(clock_s=lambda: 0.0)
    await extras.join(mailbox, COMMON, None)
    await extras.join(other, COMMON, "alice")
    await heard(mailbox)
    await heard(other)

    extras.hear({"kind": "gazette", "news": {"": [2, 1]}})

    told = {"pages": [{"text": "war"}, {"text": "peace"}]}
    assert (await heard(mailbox))["data"] == told
    assert (await heard(other))["data"] == told


async def test_what_happens_while_a_snapshot_is_read_comes_after_it(
    extras: Extras, diary: Diary, mailbox: Mailbox
) -> None:
    diary.gate.clear()
    joining = asyncio.create_task(extras.join(mailbox, OWN, "alice"))
    await asyncio.to_thread(diary.reading.wait, WAIT_S)
    diary.pages["alice"][3] = "hail"
    extras.hear({"kind": "diary", "news": {"alice": [3]}})
    diary.gate.set()
    await joining

    frames = [await heard(mailbox), await heard(mailbox)]

    assert [one["type"] for one in frames] == ["snapshot", "update"]
    assert frames[1]["data"] == {"pages": [{"text": "hail"}]}


async def test_who_left_hears_nothing(
    extras: Extras, diary: Diary, mailbox: Mailbox
) -> None:
    other = Mailbox(clock_s=lambda: 0.0)
    for one in (mailbox, other):
        await extras.join(one, OWN, "alice")
        await heard(one)
    extras.leave(mailbox, OWN)

    extras.hear({"kind": "diary", "news": {"alice": [1]}})
    await heard(other)

    mailbox.close()
    assert await mailbox.take() is None


async def test_a_topic_that_cannot_be_read_does_not_deafen_the_others(
    extras: Extras, diary: Diary, mailbox: Mailbox
) -> None:
    await extras.join(mailbox, OWN, "alice")
    await heard(mailbox)
    diary.pages.pop("alice")
    extras.hear({"kind": "diary", "news": {"alice": [1]}})
    await extras.join(mailbox, COMMON, None)
    await heard(mailbox)

    extras.hear({"kind": "gazette", "news": {"": [1]}})

    assert (await heard(mailbox))["topic"] == "gazette"


def test_news_that_wait_are_joined_and_not_replaced() -> None:
    older = {"kind": "diary", "venue": "x", "news": {"alice": [1], "bob": [2]}}
    newer = {"kind": "diary", "venue": "x", "news": {"alice": [3]}}

    assert _joined(older, newer)["news"] == {"alice": [1, 3], "bob": [2]}


async def test_a_database_that_is_away_is_said(
    extras: Extras, diary: Diary, mailbox: Mailbox
) -> None:
    diary.is_away = True

    with pytest.raises(MarketUnavailableError, match="try again"):
        await extras.join(mailbox, OWN, "alice")
