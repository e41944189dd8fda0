"""The simulator's options, and its life from the first line to a signal."""

import asyncio
import json
import signal
import time
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from markets.simulator.clock import start_clock
from markets.simulator.faults import Faults, changed
from markets.simulator.generated import GeneratedMarket
from markets.simulator.market import Market
from markets.simulator.recording import RecordedMarket
from markets.simulator.server import Options, serve
from markets.types import Venue

Say = Callable[[str], None]


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options of a played market."""
    parser.add_argument("--recording", type=Path, help="candles: file or folder")
    parser.add_argument("--venue", choices=[venue.value for venue in Venue])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--pairs", type=int, default=300, help="1 to 2,000")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--anchor", type=int, help="UTC ms of the first minute")
    parser.add_argument(
        "--began", type=int, help="UTC ms at which a faster market's time began"
    )
    parser.add_argument("--own-dates", action="store_true")
    parser.add_argument(
        "--full-rate",
        action="store_true",
        help="send every candle at every step, traded or not (a load)",
    )
    parser.add_argument("--faults", default="{}", help="JSON object of faults")


def play(options: dict[str, Any], say: Say) -> None:
    """
    Serve the market of the options until a signal; `say` tells its addresses.

    Raises
    ------
    ValueError, RecordingError
        If an option or the recording cannot be played, in a sentence.
    """
    faults = changed(Faults(), json.loads(options["faults"]))
    market, start_ms = _open_market(options)
    clock = start_clock(
        start_ms=start_ms, began_ms=options["began"], speed=options["speed"]
    )
    settings = Options(clock=clock, faults=faults, full_rate=options["full_rate"])
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(market, options["host"], options["port"], settings, say))


async def _serve(
    market: Market, host: str, port: int, options: Options, say: Say
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with serve(market, host=host, port=port, options=options) as simulator:
        where = {
            "rest": simulator.addresses.rest,
            "stream": simulator.addresses.stream,
            "market": {
                "kind": market.source.kind.value,
                "key": market.source.key,
                "label": market.source.label,
            },
            "venue": market.venue.value,
            "began_ms": options.clock.machine_start_ms,
        }
        say(json.dumps(where))
        await stop.wait()


def _open_market(options: dict[str, Any]) -> tuple[Market, int | None]:
    venue = Venue(options["venue"]) if options["venue"] else None
    if options["recording"] is None:
        return (
            GeneratedMarket(
                venue=venue or Venue.BINANCE_USDM,
                count=options["pairs"],
                seed=options["seed"],
            ),
            None,
        )
    recorded = RecordedMarket(
        options["recording"],
        venue=venue,
        anchor_ms=options["anchor"],
        own_dates=options["own_dates"],
        now_ms=time.time_ns() // 1_000_000,
    )
    return recorded, recorded.start_ms if options["own_dates"] else None
