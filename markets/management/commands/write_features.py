"""Write days of the feature store from stored candles."""

from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from markets.errors import MarketError
from markets.feature_shelf import shelf
from markets.features.store import date_of
from markets.management.arguments import add_market
from markets.management.progress import progress_bar
from markets.selectors.minute_log import StoredMarket, stored_market
from markets.services.features import days_to_write, write_day
from markets.types import DAY_MS

_ALL: Final = 10_000


class Command(BaseCommand):
    help = (
        "Keep the closed metrics of past days by column, for questions about the "
        "past. Without dates: every whole day that is stored and not yet written."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--day", type=_day, metavar="DATE", help="one day, anew")
        parser.add_argument("--from", dest="start", type=_day, metavar="DATE")
        parser.add_argument(
            "--to", dest="end", type=_day, metavar="DATE", help="the last day"
        )
        add_market(parser)

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            market = stored_market(options["venue"], options["market"])
            days = _days_of(market, options)
            for day in days:
                self._write(market, day)
        except (MarketError, ValueError) as error:
            raise CommandError(str(error)) from error
        if not days:
            self.stdout.write("Every whole day that is stored is written already.")

    def _write(self, market: StoredMarket, day: int) -> None:
        with progress_bar(f"Writing {date_of(day)}") as on_progress:
            manifest = write_day(shelf(), market, day, on_progress=on_progress)
        self.stdout.write(
            f"{date_of(day)}: {len(manifest.symbols):,} pairs, "
            f"{manifest.size_bytes / 1e6:,.0f} MB, {manifest.digest}"
        )


def _days_of(market: StoredMarket, options: dict[str, Any]) -> Sequence[int]:
    day, start, end = options["day"], options["start"], options["end"]
    if day is not None:
        if start is not None or end is not None:
            raise ValueError("--day and --from or --to exclude each other.")
        return [day]
    if start is None and end is None:
        return days_to_write(shelf(), market, newest=_ALL)
    if start is None or end is None or end < start:
        raise ValueError("--from and --to need each other, and --to may not be less.")
    return range(start, end + 1)


def _day(text: str) -> int:
    moment = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
    return round(moment.timestamp() * 1_000) // DAY_MS
