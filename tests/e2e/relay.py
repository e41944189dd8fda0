"""A way from the browser to the board that a test can cut: a relay on loopback."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

CHUNK = 65_536


class Relay:
    """Hands bytes on, both ways, while it listens."""

    def __init__(self, board: str) -> None:
        target = urlsplit(board)
        self._target = (target.hostname or "127.0.0.1", target.port or 80)
        self._open: set[socket.socket] = set()
        self._listener = self._listen(0)
        self._port: int = self._listener.getsockname()[1]
        self.address = f"http://127.0.0.1:{self._port}"

    def cut(self) -> None:
        """Refuse what comes, and end what is there."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for end in list(self._open):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Listen again, at the same address."""
        self._listener = self._listen(self._port)

    def _listen(self, port: int) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", port), backlog=128)
        threading.Thread(target=self._accept, args=[listener], daemon=True).start()
        return listener

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            far = socket.create_connection(self._target)
            for one, other in ((near, far), (far, near)):
                threading.Thread(
                    target=self._hand_on, args=[one, other], daemon=True
                ).start()

    def _hand_on(self, one: socket.socket, other: socket.socket) -> None:
        self._open.add(one)
        with suppress(OSError), one:
            while data := one.recv(CHUNK):
                other.sendall(data)
        self._open.discard(one)
        with suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)


@contextmanager
def relay(board: str) -> Iterator[Relay]:
    """Run a relay before a board."""
    running = Relay(board)
    try:
        yield running
    finally:
        with suppress(OSError):
            running.cut()
