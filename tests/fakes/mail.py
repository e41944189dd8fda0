"""A mail server on loopback."""

import asyncio
from collections import deque
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Literal, Self, override

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"

type Fault = str | Literal["cut"]


class FakeMailServer:
    """
    Takes mail while its block lasts.

    `faults` are answers to the content of a mail, or a break after it was taken;
    `refused` are answers to recipients.
    """

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.faults: deque[Fault] = deque()
        self.refused: dict[str, str] = {}
        self._controller = _Controller(self, hostname=HOST, port=0)

    @property
    def port(self) -> int:
        return self._controller.bound_port

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        fault = self.faults.popleft() if self.faults else ""
        if fault and fault != "cut":
            return fault
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        if fault == "cut":
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return "250 OK"


class _Controller(Controller):
    """Learns its port before it is tried."""

    bound_port = 0

    @override
    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.bound_port = self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call] # aiosmtpd leaves it so
