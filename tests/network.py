"""A guard on the process: a test connects to this machine only."""

import ipaddress
import socket
import sys
from typing import Any

_LOCAL_NAMES = frozenset(
    {"", "localhost", "localhost.localdomain", socket.gethostname()}
)

refused: list[str] = []
"""Addresses that were refused since the guard was set."""


class UnplannedConnectionError(OSError):
    """A test reached for another machine."""


def guard() -> None:
    """Refuse connections to other machines from now on, in every thread."""
    sys.addaudithook(_audit)


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        _check(str(arguments[1][0]))
    elif event == "socket.getaddrinfo" and arguments[0] is not None:
        host = arguments[0]
        _check(host.decode() if isinstance(host, bytes) else str(host))


def _check(host: str) -> None:
    if host in _LOCAL_NAMES:
        return
    try:
        if (
            address := ipaddress.ip_address(host)
        ).is_loopback or address.is_unspecified:
            return
    except ValueError:
        pass  # a name, and not one of this machine
    refused.append(host)
    raise UnplannedConnectionError(f"A test tried to reach {host}; it must not.")
