"""
Which addresses the board may call when a person names them.

A person's URL must not reach what only the board can reach. So its host is
resolved here, every address found must be public, and the request goes to the
addresses that were looked at: a second answer of the name server plays no part.
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import httpx

from scalpaiboard.lib.networks import Address, AllowedHosts

type Resolver = Callable[[str, int], Sequence[str]]
"""Answers host and port with addresses; raises OSError where there is none."""

_LONGEST_URL: Final = 2_000
_PORTS: Final = {"http": 80, "https": 443}
_FREE_PORTS_FROM: Final = 1_024
"""Below stand mail, shells and the like, which HTTP must not be spoken to."""
_HOST: Final = re.compile(rb"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")
"""A name in ASCII, or an address of either version."""


class AddressRefusedError(ValueError):
    """A URL leads, or may lead, where a person must not send the board."""


class NameUnknownError(OSError):
    """A host name has no address now; it may have one later."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """A URL and the addresses that it was found to lead to, all looked at."""

    url: httpx.URL
    host: str
    port: int
    addresses: tuple[str, ...]


def system_resolver(host: str, port: int) -> Sequence[str]:
    """Ask the system's name service."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def resolve(
    url: str, allowed: AllowedHosts, *, resolver: Resolver = system_resolver
) -> Pinned:
    """
    Return where a URL leads, if a person may send the board there.

    Parameters
    ----------
    url
        As the person typed it.
    allowed
        The operator's own hosts.
    resolver
        The name service.

    Raises
    ------
    AddressRefusedError
        If it is no plain HTTP address, or one of its addresses is not public.
    NameUnknownError
        If its host has no address now.
    """
    parsed = _parse(url)
    host = parsed.raw_host.decode("ascii").lower().rstrip(".")
    port = parsed.port or _PORTS[parsed.scheme]
    is_named = allowed.has(host, port)
    if not is_named and port not in _PORTS.values() and port < _FREE_PORTS_FROM:
        raise AddressRefusedError(
            f"The port is {port}; it must be 80, 443 or from {_FREE_PORTS_FROM} on."
        )
    addresses = addresses_of(host, port, resolver)
    if not is_named:
        for address in addresses:
            if not allowed.admit(address):
                raise AddressRefusedError(
                    f"{host} leads to {address}, which is not a public address."
                )
    return Pinned(parsed, host, port, tuple(map(str, addresses)))


def addresses_of(host: str, port: int, resolver: Resolver) -> list[Address]:
    """
    Return the addresses of a host, which may be written as one itself.

    Raises
    ------
    NameUnknownError
        If it has none now.
    """
    literal = _literal(host)
    if literal is not None:
        return [literal]
    try:
        found = resolver(host, port)
    except (OSError, UnicodeError) as error:
        raise NameUnknownError(f"{host} has no address: {error}.") from error
    if not found:
        raise NameUnknownError(f"{host} has no address.")
    return [ipaddress.ip_address(one) for one in found]


def _parse(url: str) -> httpx.URL:
    if len(url) > _LONGEST_URL:
        raise AddressRefusedError(
            f"The address is {len(url)} characters long; {_LONGEST_URL} are allowed."
        )
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise AddressRefusedError(f"The address cannot be read: {error}.") from error
    if parsed.scheme not in _PORTS:
        raise AddressRefusedError(
            f"The address begins with {parsed.scheme or 'nothing'!r}; "
            "it must begin with https:// or http://."
        )
    if not parsed.host:
        raise AddressRefusedError("The address names no host.")
    if parsed.userinfo:
        raise AddressRefusedError("The address must not hold a user or password.")
    if parsed.port is not None and not 0 < parsed.port < 65_536:
        raise AddressRefusedError(f"The port is {parsed.port}; there is no such port.")
    if not _HOST.fullmatch(parsed.raw_host):
        raise AddressRefusedError(f"{parsed.host!r} is no name of a host.")
    return parsed


# An address that stands for itself, also in the old spellings 127.1, 0x7f000001
# and 2130706433, which name services understand.
def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None
