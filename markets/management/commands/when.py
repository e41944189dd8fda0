"""Tell when an expression was true of past days."""

from argparse import ArgumentParser
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from markets.errors import MarketError, NotStoredError
from markets.feature_shelf import store_of
from markets.features.episodes import Answer, Episode
from markets.features.store import FeatureStore, date_of
from markets.management.arguments import add_market, add_range, parsed_minute
from markets.past import ask_past, stored_span
from markets.selectors.minute_log import moment, stored_market
from markets.types import MINUTE_MS

_WORDS: Final = {1: "true", 0: "unknown", -1: "false"}


class Command(BaseCommand):
    help = (
        "Tell when an expression was true: of every pair, or of one, minute by "
        "minute, over the stored days or a part of them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("expression", help='such as "change_1h > 3"')
        add_range(parser, required=False)
        parser.add_argument("--symbol", default="", help="one pair, with every truth")
        parser.add_argument("--limit", type=int, default=50, help="lines at most")
        add_market(parser)

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            market = stored_market(options["venue"], options["market"])
            store = store_of(market.venue, market.key)
            start_ms, end_ms = _span(store, options)
            answer = ask_past(
                store,
                options["expression"],
                start_ms=start_ms,
                end_ms=end_ms,
                symbol=options["symbol"].upper(),
            )
        except (MarketError, ValueError) as error:
            raise CommandError(str(error)) from error
        self._tell(answer, limit=options["limit"])

    def _tell(self, answer: Answer, *, limit: int) -> None:
        for episode in answer.episodes[:limit]:
            self.stdout.write(_line(episode))
        if len(answer.episodes) > limit:
            self.stdout.write(f"… and {len(answer.episodes) - limit:,} more; --limit")
        counts = answer.pairs.values()
        asked = sum(one.asked for one in counts)
        self.stdout.write(
            f"{sum(one.episodes for one in counts):,} episodes of "
            f"{sum(one.episodes > 0 for one in counts):,} pairs; true in "
            f"{sum(one.true for one in counts):,} of {asked:,} minutes of "
            f"{len(counts):,} pairs, unknown in "
            f"{sum(one.unknown for one in counts):,}."
        )
        for what, days in (
            ("not stored", answer.missing_days),
            ("of other formulas", answer.outdated_days),
        ):
            if days:
                names = ", ".join(date_of(day).isoformat() for day in days)
                self.stderr.write(f"Days {what}: {names}.")


def _span(store: FeatureStore, options: dict[str, Any]) -> tuple[int, int]:
    span = stored_span(store)
    if span is None:
        raise NotStoredError("No day is written yet; see write_features.")
    start, end = options["start"], options["end"]
    start_ms = parsed_minute(start, "--from") if start else span[0]
    end_ms = parsed_minute(end, "--to") if end else span[1]
    if start_ms >= end_ms:
        raise ValueError("--to must be after --from.")
    return start_ms, end_ms


def _line(episode: Episode) -> str:
    minutes = (episode.end_ms - episode.start_ms) // MINUTE_MS
    until = "still" if episode.is_open else moment(episode.end_ms)
    return (
        f"{episode.symbol:<16} {moment(episode.start_ms)}  {until:<20} "
        f"{minutes:>6} min  {_WORDS[episode.truth]}"
    )
