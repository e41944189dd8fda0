"""Write a recording of the live market."""

import asyncio
import signal
from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.progress import Progress

from markets.errors import MarketError
from markets.exchanges.connect import connect
from markets.simulator.recorder import CandleFile, Recorder
from markets.types import Venue
from markets.venues import venue_addresses
from scalpaiboard.lib.clock import now_ms


class Command(BaseCommand):
    help = "Record whole minutes of every pair; `board --recording FILE` plays them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a new file, NAME.csv.gz")
        parser.add_argument("--minutes", type=int, default=60)
        parser.add_argument(
            "--venue", type=Venue, choices=list(Venue), default=Venue.BINANCE_USDM
        )

    def handle(self, *_: Any, **options: Any) -> None:
        if options["minutes"] < 1:
            raise CommandError("--minutes must be at least 1.")
        try:
            written = asyncio.run(
                _record(options["file"], options["venue"], options["minutes"])
            )
        except (MarketError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{written} minutes written to {options['file']}.")


async def _record(path: Path, venue: Venue, minutes: int) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    exchange = await connect(venue, venue_addresses(venue))
    try:
        with (
            CandleFile(path) as file,
            Progress(transient=True) as progress,
        ):
            task = progress.add_task(
                f"Recording {timedelta(minutes=minutes)}", total=minutes
            )
            return await Recorder(exchange, clock=now_ms).record(
                file,
                minutes=minutes,
                stop=stop,
                on_progress=lambda done, _: progress.update(task, completed=done),
            )
    finally:
        await exchange.close()
