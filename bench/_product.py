"""The product under load: a simulator at full rate, and a board that follows it."""

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import websockets

ROOT: Final = Path(__file__).resolve().parent.parent
PAIRS: Final = 700
START_LIMIT_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class Product:
    """Where a running board and its simulator answer; `pid` is the board's."""

    address: str
    simulator: str
    pid: int


@asynccontextmanager
async def running_product(data_dir: Path) -> AsyncIterator[Product]:
    """Run both until the block ends; the board is live when it begins."""
    manage = [sys.executable, str(ROOT / "manage.py")]
    simulate = [*manage, "simulate_exchange", "--full-rate", "--pairs", str(PAIRS)]
    simulator = _spawn(simulate, data_dir / "simulator.log", {})
    board = None
    try:
        hello = await asyncio.to_thread(_said, data_dir / "simulator.log", r"^\{.*\}$")
        addresses = json.loads(hello)
        environment = {
            "DATA_DIR": str(data_dir),
            "BINANCE_USDM_REST_URL": addresses["rest"],
            "BINANCE_USDM_STREAM_URL": addresses["stream"],
        }
        log = data_dir / "board.log"
        board = _spawn([*manage, "board", "--port", "0"], log, environment)
        address = await asyncio.to_thread(_said, log, r"http://127\.0\.0\.1:\d+")
        product = Product(address, addresses["rest"], board.pid)
        await _until_live(product)
        yield product
    finally:
        for process in filter(None, (board, simulator)):
            process.terminate()
            process.wait(30)


def _spawn(
    command: list[str], log: Path, environment: dict[str, str]
) -> subprocess.Popen[bytes]:
    with log.open("w") as output:
        return subprocess.Popen(  # noqa: S603 - our own commands
            command,
            cwd=ROOT,
            env=os.environ | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def _said(log: Path, pattern: str) -> str:
    end = time.monotonic() + START_LIMIT_S
    while time.monotonic() < end:
        if found := re.search(pattern, log.read_text(), re.MULTILINE):
            return found.group()
        time.sleep(0.2)
    raise RuntimeError(f"{pattern} was not said within {START_LIMIT_S} s.")


async def _until_live(product: Product) -> None:
    async with asyncio.timeout(START_LIMIT_S):
        async for frame in frames(product, "feed"):
            if frame.get("data", {}).get("phase") == "live":
                return


async def frames(product: Product, topic: str) -> AsyncIterator[dict[str, Any]]:
    """Yield what the board's socket says of a topic."""
    url = product.address.replace("http", "ws", 1) + "/ws"
    async with websockets.connect(url, max_size=None) as socket:
        await socket.send(json.dumps({"op": "subscribe", "topics": [topic]}))
        async for text in socket:
            yield json.loads(text)
