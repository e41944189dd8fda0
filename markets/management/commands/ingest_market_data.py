"""Run the feed as a process of its own."""

import asyncio
import signal
from typing import Any

from django.core.management.base import BaseCommand

from markets.ingest import run_feed


class Command(BaseCommand):
    help = (
        "Bring the market in: exchange, engine, database, snapshots. Ends on SIGTERM."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        asyncio.run(self._run())

    async def _run(self) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        await run_feed(on_progress=self._tell, stop=stop)
        self.stdout.write("The feed has stopped; its candles are stored.")

    def _tell(self, done: int, total: int) -> None:
        if done == total:
            self.stdout.write(f"The window of {total} instruments is filled.")
