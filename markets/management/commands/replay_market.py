"""Run stored minutes through the engine again, and prove what came out."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from markets.engine.replay import digest_of, digest_of_all
from markets.errors import MarketError
from markets.management.arguments import add_market, add_range, asked_range
from markets.management.progress import progress_bar
from markets.replay import Replay
from markets.selectors.minute_log import moment, stored_market


class Command(BaseCommand):
    help = (
        "Run stored candles through the same engine as the live market. Prints a "
        "digest of every minute's metrics: the same log gives the same digest."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_range(parser)
        add_market(parser)
        parser.add_argument("--each", action="store_true", help="a line a minute")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            self._run(options)
        except (MarketError, ValueError) as error:
            raise CommandError(str(error)) from error

    def _run(self, options: dict[str, Any]) -> None:
        start_ms, end_ms = asked_range(options)
        market = stored_market(options["venue"], options["market"])
        digests = []
        with progress_bar("Replaying") as on_progress:
            replay = Replay(
                market, start_ms=start_ms, end_ms=end_ms, on_progress=on_progress
            )
            for table in replay.tables():
                digests.append(digest_of(table))
                if options["each"]:
                    self.stdout.write(f"{moment(table.as_of_ms)} {digests[-1]}")
        self.stdout.write(
            f"{len(digests):,} minutes of {len(replay.instruments):,} pairs: "
            f"{digest_of_all(digests)}"
        )
