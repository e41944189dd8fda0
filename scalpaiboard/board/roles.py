"""The roles beside the web server, each in a thread of its own."""

import asyncio
import logging
import threading
from collections.abc import Callable
from pathlib import Path

import uvloop
from celery.beat import Service
from celery.worker import WorkController, state as worker_state

from markets.ingest import run_feed
from scalpaiboard.celery import app

logger = logging.getLogger(__name__)

FEED_REST_S = 5.0
WORKER_THREADS = 6

Progress = Callable[[int, int], None]


class FeedThread(threading.Thread):
    """The feed on a loop of its own; started again if it should fail."""

    def __init__(self, on_progress: Progress) -> None:
        super().__init__(name="feed", daemon=True)
        self._on_progress = on_progress
        self._is_stopping = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None

    def run(self) -> None:
        """Run until `ask_to_stop`."""
        while not self._is_stopping.is_set():
            try:
                uvloop.run(self._feed())
            except Exception:
                logger.exception("The feed failed; it starts again.")
                self._is_stopping.wait(FEED_REST_S)

    def ask_to_stop(self) -> None:
        """Make the feed store what it has, and end; returns at once."""
        self._is_stopping.set()
        loop, stop = self._loop, self._stop
        if loop is not None and stop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(stop.set)

    async def _feed(self) -> None:
        self._stop = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        if not self._is_stopping.is_set():
            await run_feed(on_progress=self._on_progress, stop=self._stop)


class WorkerThread(threading.Thread):
    """A Celery worker with a pool of threads."""

    def __init__(self) -> None:
        super().__init__(name="worker", daemon=True)
        self._set_should_stop(None)
        self._controller = WorkController(
            app=app,
            pool_cls="threads",
            concurrency=WORKER_THREADS,
            loglevel=logging.WARNING,
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
        )

    def run(self) -> None:
        """Take tasks until `ask_to_stop`."""
        self._controller.start()

    def ask_to_stop(self) -> None:
        """Finish the running tasks and end; returns at once."""
        self._set_should_stop(0)

    # Celery's worker looks at this variable of its module in each round.
    @staticmethod
    def _set_should_stop(exit_code: int | None) -> None:
        vars(worker_state)["should_stop"] = exit_code


class BeatThread(threading.Thread):
    """The clock that sends the scheduled tasks."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(name="beat", daemon=True)
        # It sleeps for the whole interval, also where it is asked to stop.
        self._service = Service(
            app, max_interval=1, schedule_filename=str(data_dir / "beat-schedule")
        )

    def run(self) -> None:
        """Send tasks until `ask_to_stop`."""
        self._service.start()

    def ask_to_stop(self) -> None:
        """Keep the schedule and end; returns at once."""
        self._service.stop()
