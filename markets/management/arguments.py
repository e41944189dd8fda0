"""Arguments that several commands share."""

from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from markets.types import MINUTE_MS, Venue


def add_range(parser: ArgumentParser, *, required: bool = True) -> None:
    """Add ``--from`` and ``--to``, times of UTC unless they say otherwise."""
    parser.add_argument(
        "--from", dest="start", required=required, metavar="ISO",
        help="such as 2026-11-20T08:00; UTC unless it says otherwise",
    )  # fmt: skip
    parser.add_argument(
        "--to", dest="end", required=required, metavar="ISO", help="the same; not in it"
    )


def add_market(parser: ArgumentParser) -> None:
    """Add ``--venue`` and ``--market``."""
    parser.add_argument(
        "--venue", type=Venue, choices=list(Venue), default=Venue(settings.VENUE)
    )
    parser.add_argument(
        "--market", default="", metavar="KEY",
        help="such as live or generated:7; by default the one stored last",
    )  # fmt: skip


def asked_range(options: Mapping[str, Any]) -> tuple[int, int]:
    """
    Return the whole minutes asked for as ``[start_ms, end_ms)``.

    Raises
    ------
    ValueError
        If one is not a time, or the end is not after the start.
    """
    start_ms = parsed_minute(options["start"], "--from")
    end_ms = parsed_minute(options["end"], "--to")
    if start_ms >= end_ms:
        raise ValueError(
            f"--to ({options['end']}) must be after --from ({options['start']})."
        )
    return start_ms, end_ms


def parsed_minute(text: str, name: str) -> int:
    """Return the UTC ms of a time in ISO 8601; raises ValueError."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"{name} is {text!r}; it must be a time such as 2026-11-20T08:00."
        ) from None
    aware = time if time.tzinfo else time.replace(tzinfo=UTC)
    return int(aware.timestamp()) * 1_000 // MINUTE_MS * MINUTE_MS
