"""Which addresses are public, and which the operator allows besides."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlsplit

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address
type Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_GLOBAL_IPV6: Final = ipaddress.ip_network("2000::/3")
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
# Answers to the machines of Azure with their secrets, at an otherwise public address.
_METADATA: Final = frozenset({ipaddress.ip_address("168.63.129.16")})


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """What the operator allows besides public addresses."""

    hosts: frozenset[tuple[str, int | None]] = frozenset()
    networks: tuple[Network, ...] = ()

    @classmethod
    def parse(cls, words: Iterable[str]) -> Self:
        """
        Read names, addresses, either with a port, and networks such as 10.0.0.0/8.

        Raises
        ------
        ValueError
            If a word is none of these.
        """
        hosts: set[tuple[str, int | None]] = set()
        networks: list[Network] = []
        for word in words:
            if "/" in word:
                networks.append(ipaddress.ip_network(word))
            else:
                hosts.add(_split(word))
        return cls(frozenset(hosts), tuple(networks))

    def has(self, host: str, port: int) -> bool:
        """Tell whether a host is named, with this port or with none."""
        return (host, None) in self.hosts or (host, port) in self.hosts

    def admit(self, address: Address) -> bool:
        """Tell whether an address is public or in a network of the operator's."""
        return is_public(address) or any(address in one for one in self.networks)


def is_public(address: Address) -> bool:
    """Tell whether an address is one of the public internet, wrapped or not."""
    inner = _unwrapped(address)
    if inner.is_multicast or inner.is_reserved or inner in _METADATA:
        return False
    if isinstance(inner, ipaddress.IPv6Address) and inner not in _GLOBAL_IPV6:
        return False
    return inner.is_global


# The IPv4 address that an IPv6 address carries a packet to, where it does.
def _unwrapped(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _split(word: str) -> tuple[str, int | None]:
    try:
        parts = urlsplit(f"//{word}")
        port = parts.port
    except ValueError as error:
        raise ValueError(f"{word!r} is no host, host:port or network.") from error
    if not parts.hostname or parts.path or parts.query or "@" in word:
        raise ValueError(f"{word!r} is no host, host:port or network.")
    return parts.hostname, port
