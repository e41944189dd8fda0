"""Who listens to which stream, and the frames on their way."""

import asyncio
from collections import Counter
from typing import Final

import orjson

from markets.simulator.faults import Faults
from markets.simulator.session import Session
from markets.simulator.streams import StreamName

_JUNK: Final = b'{"e":"kline","E":oops'


class StreamHub:
    """
    Sends each message to the sockets that listen to its stream.

    A message is encoded once for all sockets of one form; frames of one step
    leave each socket in one write.
    """

    def __init__(self) -> None:
        self.faults = Faults()
        self.sessions: set[Session] = set()
        self.listeners: dict[str, set[Session]] = {}
        self.names: dict[str, StreamName] = {}
        self.sent: Counter[str] = Counter()
        self._last: dict[str, bytes] = {}
        self._held: dict[str, bytes] = {}
        self._count = 0

    def subscribe(self, session: Session, stream: StreamName) -> None:
        """Let a socket listen to a stream."""
        session.streams.add(stream.text)
        self.listeners.setdefault(stream.text, set()).add(session)
        self.names[stream.text] = stream

    def unsubscribe(self, session: Session, text: str) -> None:
        """Undo `subscribe`; harmless where nothing listened."""
        session.streams.discard(text)
        listeners = self.listeners.get(text, set())
        listeners.discard(session)
        if not listeners:
            self.listeners.pop(text, None)
            self.names.pop(text, None)
            self._last.pop(text, None)
            self._held.pop(text, None)

    def forget(self, session: Session) -> None:
        """Drop a socket that has closed."""
        for text in list(session.streams):
            self.unsubscribe(session, text)
        self.sessions.discard(session)

    def streams(self, kind: str) -> list[StreamName]:
        """Return the streams of a kind that someone listens to."""
        return [name for name in self.names.values() if name.kind == kind]

    def send_json(self, stream: StreamName, message: object) -> None:
        """Encode and send one message."""
        self.send(stream, orjson.dumps(message))

    def send(self, stream: StreamName, payload: bytes) -> None:
        """Send one message of a stream, with the faults of the moment."""
        faults = self.faults
        if stream.kind in faults.freeze:
            return
        self.sent[stream.kind] += 1
        if stream.kind in faults.repeat:
            payload = self._last.setdefault(stream.text, payload)
        self._count += 1
        if self._is_due(faults.malformed_every):
            payload = _JUNK
        elif self._is_due(faults.truncated_every):
            payload = payload[: len(payload) // 2]
        held = self._held.pop(stream.text, None)
        if held is None and self._is_due(faults.out_of_order_every):
            self._held[stream.text] = payload
            return
        self._deliver(stream.text, payload)
        if held is not None:
            self._deliver(stream.text, held)

    def _is_due(self, every: int) -> bool:
        return bool(every) and self._count % every == 0

    def _deliver(self, text: str, payload: bytes) -> None:
        raw = wrapped = b""
        for session in self.listeners.get(text, ()):
            if session.is_combined:
                wrapped = wrapped or text_frame(
                    b'{"stream":%b,"data":%b}' % (orjson.dumps(text), payload)
                )
                session.outbox.append(wrapped)
            else:
                raw = raw or text_frame(payload)
                session.outbox.append(raw)

    def flush(self) -> None:
        """Write what this step has sent."""
        delay_s = self.faults.delay_ms / 1_000
        for session in list(self.sessions):
            if not session.outbox:
                continue
            batch = b"".join(session.outbox)
            session.outbox.clear()
            if delay_s:
                asyncio.get_running_loop().call_later(delay_s, session.write, batch)
            else:
                session.write(batch)

    def broadcast(self, message: object) -> None:
        """Send a message to every socket, whatever it listens to."""
        frame = text_frame(orjson.dumps(message))
        for session in self.sessions:
            session.outbox.append(frame)
        self.flush()


def text_frame(payload: bytes) -> bytes:
    """Return a whole WebSocket text frame of the server."""
    size = len(payload)
    if size < 126:
        return b"\x81" + size.to_bytes(1) + payload
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2) + payload
    return b"\x81\x7f" + size.to_bytes(8) + payload
