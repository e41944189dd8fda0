"""One open socket of a client."""

import asyncio
from dataclasses import dataclass, field
from typing import Final

# A client that does not read is cut, as the exchange does it.
_MOST_WAITING_BYTES: Final = 16 * 1_024 * 1_024


@dataclass(slots=True, eq=False)
class Session:
    """A socket with its route, its form and what it listens to."""

    route: str
    is_combined: bool
    transport: asyncio.Transport
    streams: set[str] = field(default_factory=set)
    outbox: list[bytes] = field(default_factory=list)

    def write(self, frames: bytes) -> None:
        """Write whole frames, unless the socket is closing or stuck."""
        if self.transport.is_closing():
            return
        if self.transport.get_write_buffer_size() > _MOST_WAITING_BYTES:
            self.transport.abort()
            return
        self.transport.write(frames)

    def drop(self) -> None:
        """Cut the socket without a close frame."""
        self.transport.abort()
