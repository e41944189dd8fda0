"""Messages of the exchange, made to order."""

import json
from typing import Any

KLINE = {
    "t": 1_700_000_040_000,
    "T": 1_700_000_099_999,
    "s": "BTCUSDT",
    "i": "1m",
    "f": 100,
    "L": 150,
    "o": "37000.10",
    "c": "37010.20",
    "h": "37020.30",
    "l": "36990.40",
    "v": "12.5",
    "n": 51,
    "x": False,
    "q": "462500.5",
    "V": "7.25",
    "Q": "268250.25",
    "B": "0",
}


def kline(**changes: Any) -> dict[str, Any]:
    return {
        "e": "kline",
        "E": 1_700_000_050_123,
        "s": "BTCUSDT",
        "k": KLINE | changes,
    }


def ticker(symbol: str, **changes: Any) -> dict[str, Any]:
    return {
        "e": "24hrMiniTicker",
        "E": 1_700_000_050_000,
        "s": symbol,
        "c": "2.5",
        "o": "2.0",
        "h": "3.0",
        "l": "1.5",
        "v": "1000",
        "q": "2400.5",
    } | changes


def depth(first: int, final: int, previous: int | None, **sides: Any) -> dict[str, Any]:
    return {
        "e": "depthUpdate",
        "E": 1_700_000_050_000,
        "s": "BTCUSDT",
        "U": first,
        "u": final,
        "pu": previous,
        "b": sides.get("b", []),
        "a": sides.get("a", []),
    }


def combined(stream: str, data: Any) -> bytes:
    return json.dumps({"stream": stream, "data": data}, separators=(",", ":")).encode()
