"""Topics that the apps above the market bring to the live socket."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol, override

import orjson
from channels.db import database_sync_to_async
from django.db import Error as DatabaseError

from markets.errors import MarketUnavailableError
from markets.live.broadcast import Broadcast
from markets.live.mailbox import Mailbox
from markets.live.topics import Topic, add_extra
from markets.live.updates import snapshot_text

logger = logging.getLogger(__name__)

MOST_NEWS: Final = 200
"""Of one topic at once; more is told by its newest."""


class NamelessError(ValueError):
    """The topic is a person's own, and the socket bears no session of one."""


class ExtraTopic(Protocol):
    """
    What an app tells: a snapshot, and rows that are new or have changed.

    Both are read from the database, in a thread.
    """

    name: str
    """The topic's name, and the kind of its announcements."""
    field: str
    """Under which the rows of an update stand."""
    is_personal: bool
    """Whether each person has it for themselves."""

    def snapshot(self, person: str) -> Mapping[str, Any]:
        """Return the whole topic of a person, "" for one that is everybody's."""

    def rows(self, person: str, ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
        """Return the rows that were announced, by id, as far as the person may."""


class _News(Broadcast):
    """One topic of one person, or of everybody."""

    def __init__(self, topic: Topic, extra: ExtraTopic, person: str) -> None:
        super().__init__(topic)
        self.extra = extra
        self.person = person
        self.reading = asyncio.Lock()
        """So that nothing is told between a snapshot's reading and its sending."""

    @override
    def data(self) -> bytes | None:
        return None

    async def begin(self, mailbox: Mailbox) -> None:
        async with self.reading:
            found = await _read(self.extra.snapshot, self.person)
            if mailbox.is_closed:
                return
            self.listeners.add(mailbox)
            name = self.topic.name
            mailbox.put_snapshot(
                name, snapshot_text(name, self.seq, orjson.dumps(found))
            )

    async def tell_rows(self, ids: Sequence[int]) -> None:
        async with self.reading:
            found = await _read(self.extra.rows, self.person, ids[-MOST_NEWS:])
            items: dict[str | int, bytes] = {
                id_: orjson.dumps(row) for id_, row in found.items()
            }
            if items:
                head = b'{"%s":[' % self.extra.field.encode()
                self.tell(head, items, b"]}")


class Extras:
    """Hands what apps announce to those sockets that it concerns."""

    def __init__(self) -> None:
        self._broadcasts: dict[tuple[Topic, str], _News] = {}
        self._pending: dict[tuple[Topic, str], list[int]] = {}
        self._has_news = asyncio.Event()

    async def join(self, mailbox: Mailbox, topic: Topic, person: str | None) -> None:
        """
        Send a snapshot of a topic and every change from then on.

        Raises
        ------
        NamelessError
            If the topic is a person's own and nobody is named.
        MarketUnavailableError
            If the database is away.
        """
        extra = _topics[topic.extra]
        if extra.is_personal and not person:
            raise NamelessError(f"The topic {topic.name} needs you to be logged in.")
        key = topic, (person or "") if extra.is_personal else ""
        news = self._broadcasts.setdefault(key, _News(topic, extra, key[1]))
        try:
            await news.begin(mailbox)
        except DatabaseError as error:
            raise MarketUnavailableError(
                f"The topic {topic.name} cannot be read now; try again soon."
            ) from error

    def leave(self, mailbox: Mailbox, topic: Topic) -> None:
        """Send nothing more of a topic."""
        for (one, _), news in self._broadcasts.items():
            if one == topic:
                news.listeners.discard(mailbox)

    def drop(self, mailbox: Mailbox) -> None:
        """Forget a socket."""
        for news in self._broadcasts.values():
            news.listeners.discard(mailbox)

    def hear(self, announcement: Mapping[str, Any]) -> None:
        """Take what an app announced, as far as anybody here listens."""
        topic = Topic.of_extra(announcement["kind"])
        for person, ids in announcement["news"].items():
            news = self._broadcasts.get((topic, person))
            if news is not None and (news.listeners or news.reading.locked()):
                self._pending.setdefault((topic, person), []).extend(ids)
                self._has_news.set()

    async def run(self) -> None:
        """Read and tell what was announced, until cancelled."""
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            pending, self._pending = self._pending, {}
            for key, ids in pending.items():
                await self._tell(self._broadcasts[key], ids)
            self._forget_silent()

    # A word that is lost costs nothing: the pages ask REST as well.
    async def _tell(self, news: _News, ids: Sequence[int]) -> None:
        try:
            await news.tell_rows(ids)
        except DatabaseError as error:
            logger.warning("The hub could not read %s: %s", news.topic.name, error)
        except Exception:
            logger.exception("The hub failed to tell %s.", news.topic.name)

    def _forget_silent(self) -> None:
        self._broadcasts = {
            key: news
            for key, news in self._broadcasts.items()
            if news.listeners or news.reading.locked() or key in self._pending
        }


_topics: dict[str, ExtraTopic] = {}


def register(topic: ExtraTopic) -> None:
    """Bring a topic to the live socket; its app does so when it is ready."""
    _topics[topic.name] = topic
    add_extra(topic.name)


def is_extra(kind: str) -> bool:
    """Whether announcements of a kind are those of an app."""
    return kind in _topics


def is_personal(topic: Topic) -> bool:
    """Whether each person has a topic for themselves."""
    return bool(topic.extra) and _topics[topic.extra].is_personal


async def _read[T](read: Callable[..., T], *arguments: Any) -> T:
    # Its own thread: a slow read must not hold up the requests.
    asked = database_sync_to_async(read, thread_sensitive=False)
    found: T = await asked(*arguments)
    return found
