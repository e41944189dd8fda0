"""A threaded HTTP server on loopback that records what comes, and fails on demand."""

import json
import ssl
import threading
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, Self, override

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Received:
    """One request that came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def parts(self) -> dict[str, bytes]:
        """The parts of a form, by name; those of files too."""
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        form = message_from_bytes(head + self.body, policy=HTTP)
        found = {}
        for part in form.iter_parts():
            name = part.get_param("name", header="content-disposition")
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            found[str(name)] = content
        return found


@dataclass(frozen=True)
class Reply:
    """What a server says; a body that is not bytes goes as JSON."""

    status: int = 200
    body: Any = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body).encode()


type Fault = Reply | Literal["hang", "cut", "drip"]
"""A refusal, no answer at all, a break after accepting, or a byte now and then."""


class FakeServer:
    """
    Serves on loopback while its block lasts.

    `faults` come first, one a request; then `reply` decides. A request that is
    answered by a fault is recorded like any other, but not acted upon, save a
    cut, which comes after acting.
    """

    def __init__(
        self, *, host: str = HOST, port: int = 0, tls: ssl.SSLContext | None = None
    ) -> None:
        self.received: list[Received] = []
        self.faults: deque[Fault] = deque()
        self.ended = threading.Event()
        self._server = ThreadingHTTPServer(
            (host, port), type("Handler", (_Handler,), {"fake": self})
        )
        self._server.daemon_threads = True
        if tls is not None:
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.port: int = self._server.server_address[1]
        self.host = f"{host}:{self.port}"
        self.url = f"{'http' if tls is None else 'https'}://{self.host}"

    def reply(self, received: Received) -> Reply:
        """Act on a request and say what the answer is."""
        return Reply()

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,)).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    fake: FakeServer

    @override
    def log_message(self, format: str, *args: Any) -> None:
        pass

    def _take(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        headers = {key.lower(): value for key, value in self.headers.items()}
        body = self.rfile.read(length)
        received = Received(self.command, self.path, headers, body)
        self.fake.received.append(received)
        fault = self.fake.faults.popleft() if self.fake.faults else None
        if fault == "hang":
            self.fake.ended.wait()
        elif fault == "drip":
            self._drip()
        elif fault == "cut":
            self.fake.reply(received)
        else:
            self._answer(fault or self.fake.reply(received))

    def _answer(self, reply: Reply) -> None:
        content = reply.content()
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        # Who asked may have read enough before the end.
        with suppress(ConnectionError):
            self.wfile.write(content)

    # Within any time-out for a single read, and never at an end.
    def _drip(self) -> None:
        with suppress(ConnectionError):
            self.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")
            while not self.fake.ended.wait(0.02):
                self.wfile.write(b"x")

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _take  # noqa: N815 - the base's names
