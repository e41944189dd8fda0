"""Messages as the pipeline writes them."""

from dataclasses import replace
from typing import Any

from alerts.transports.base import Message

PICTURE = b"\x89PNG\r\n\x1a\n the pixels do not matter here"
TRICKY = "My <b>bold</b> & _wild_ *rule* [x](y) `z` ~q~ |p| > #1 @everyone"
"""A name as people type them, full of what someone's markup means something by."""


def message(**changes: Any) -> Message:
    plain = Message(
        key="episode-7:open:1700000000000",
        title="BTCUSDT crossed above 70,000",
        text="Price 70,012.50, up 1.20 % in 15m\nConfirmed at 12:34 UTC",
        html="<p>BTCUSDT crossed above 70,000</p>",
        link="https://board.example/alerts/7/",
        payload={"symbol": "BTCUSDT", "value": 70012.5},
    )
    return replace(plain, **changes)
