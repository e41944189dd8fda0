"""Make a recording from the exchange's public archives."""

import asyncio
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.progress import Progress

from markets.errors import MarketError
from markets.simulator.archive import (
    PUBLIC_ARCHIVE,
    ArchiveFile,
    Downloaded,
    archive_files,
    download,
)
from markets.types import Symbol, Venue


class Command(BaseCommand):
    help = "Download daily 1m candles; `board --recording FOLDER` plays them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="where the recording goes")
        parser.add_argument("--symbols", nargs="+", required=True, metavar="SYMBOL")
        parser.add_argument(
            "--venue", type=Venue, choices=list(Venue), default=Venue.BINANCE_USDM
        )
        parser.add_argument("--from", dest="first_day", type=_day, required=True)
        parser.add_argument("--to", dest="last_day", type=_day)
        parser.add_argument("--base-url", default=PUBLIC_ARCHIVE)

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            files = archive_files(
                options["venue"],
                [Symbol(symbol.upper()) for symbol in options["symbols"]],
                first_day=options["first_day"],
                last_day=options["last_day"] or options["first_day"],
            )
            result = self._download(files, options["folder"], options["base_url"])
        except (ValueError, OSError, MarketError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{result.fetched} files fetched, {result.kept} were there, "
            f"{result.absent} are not in the archive."
        )
        if not result.files:
            raise CommandError("The archive has none of these pairs and days.")

    def _download(
        self, files: list[ArchiveFile], folder: Path, base_url: str
    ) -> Downloaded:
        with Progress(transient=True) as progress:
            task = progress.add_task("Downloading", total=len(files))
            return asyncio.run(
                download(
                    files,
                    folder,
                    base_url=base_url,
                    on_progress=lambda done, _: progress.update(task, completed=done),
                )
            )


def _day(text: str) -> date:
    return date.fromisoformat(text)
