from collections.abc import Sequence

import pytest

from scalpaiboard.lib.addresses import (
    AddressRefusedError,
    NameUnknownError,
    Resolver,
    resolve,
)
from scalpaiboard.lib.networks import AllowedHosts

NONE = AllowedHosts()


def names(*addresses: str) -> Resolver:
    def answer(host: str, port: int) -> Sequence[str]:
        return addresses

    return answer


def unknown(host: str, port: int) -> Sequence[str]:
    raise OSError("Name or service not known")


def test_a_name_with_public_addresses_is_pinned_to_all_of_them() -> None:
    pinned = resolve(
        "https://hooks.example/x?y=1",
        NONE,
        resolver=names("93.184.216.34", "2606:2800:220:1::1"),
    )

    assert (pinned.host, pinned.port) == ("hooks.example", 443)
    assert pinned.addresses == ("93.184.216.34", "2606:2800:220:1::1")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",  # noqa: S104 - it reaches this machine
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "100.100.100.200",
        "169.254.169.254",
        "168.63.129.16",
        "192.0.0.192",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        # the same loopback in other spellings
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "017700000001",
        "127.1",
        "[::1]",
        "[::]",
        "[::7f00:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b::a9fe:a9fe]",
        "[64:ff9b:1::1]",
        "[2002:7f00:1::1]",
        "[2002:c0a8:101::1]",
        "[2001::1]",
        "[2001:db8::1]",
        "[fe80::1]",
        "[fec0::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[ff02::1]",
        "[100::1]",
        "[4000::1]",
    ],
)
def test_an_address_that_is_not_public_is_refused_in_every_spelling(host: str) -> None:
    with pytest.raises(AddressRefusedError, match="not a public address"):
        resolve(f"http://{host}/", NONE, resolver=unknown)


@pytest.mark.parametrize(
    "host", ["8.8.8.8", "134744072", "[2001:4860:4860::8888]", "[64:ff9b::808:808]"]
)
def test_a_public_address_needs_no_name(host: str) -> None:
    pinned = resolve(f"https://{host}/", NONE, resolver=unknown)

    assert len(pinned.addresses) == 1


def test_one_private_address_among_public_ones_refuses_the_name() -> None:
    with pytest.raises(
        AddressRefusedError, match=r"mixed\.example leads to 10\.0\.0\.7"
    ):
        resolve(
            "https://mixed.example/", NONE, resolver=names("93.184.216.34", "10.0.0.7")
        )


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://example.org/", "'ftp'"),
        ("file:///etc/passwd", "'file'"),
        ("gopher://example.org/", "'gopher'"),
        ("//example.org/", "'nothing'"),
        ("https://", "no host"),
        ("https://user:secret@example.org/", "user or password"),
        ("https://user@example.org/", "user or password"),
        ("https://example.org:0/", "port is 0"),
        ("https://example.org:99999/", "port is 99999"),
        ("https://0177.0.0.1/", "cannot be read"),
        ("https://[fe80::1%25eth0]/", "no name of a host"),
        ("https://example.org:25/", "port is 25"),
        ("https://exa mple.org/", "no name of a host"),
        ("https://example.org/\n", "cannot be read"),
        ("https://example.org/" + "x" * 2_000, "2020 characters"),
    ],
)
def test_what_is_no_plain_web_address_is_refused(url: str, reason: str) -> None:
    with pytest.raises(AddressRefusedError, match=reason):
        resolve(url, NONE, resolver=names("93.184.216.34"))


@pytest.mark.parametrize("resolver", [unknown, names()])
def test_a_name_without_an_address_may_have_one_later(resolver: Resolver) -> None:
    with pytest.raises(NameUnknownError, match=r"gone\.example"):
        resolve("https://gone.example/", NONE, resolver=resolver)


@pytest.mark.parametrize(
    ("word", "url"),
    [
        ("n8n.lan", "http://n8n.lan:5678/hook"),
        ("N8N.lan:5678", "http://n8n.lan:5678/hook"),
        ("n8n.lan:80", "http://n8n.lan/hook"),
        ("n8n.lan:25", "http://n8n.lan:25/hook"),
        ("192.168.0.0/16", "http://n8n.lan/hook"),
        ("192.168.1.9", "http://192.168.1.9/hook"),
        ("[fd00::9]:8080", "http://[fd00::9]:8080/hook"),
    ],
)
def test_the_operators_own_hosts_are_allowed(word: str, url: str) -> None:
    allowed = AllowedHosts.parse([word])

    pinned = resolve(url, allowed, resolver=names("192.168.1.9"))

    assert pinned.addresses[0] in {"192.168.1.9", "fd00::9"}


@pytest.mark.parametrize(
    ("word", "url"),
    [
        ("n8n.lan", "http://sub.n8n.lan/"),
        ("n8n.lan:5678", "http://n8n.lan:5679/"),
        ("n8n.lan:80", "http://n8n.lan:8080/"),
        ("10.0.0.0/8", "http://n8n.lan/"),
    ],
)
def test_an_allowance_goes_no_further_than_it_says(word: str, url: str) -> None:
    with pytest.raises(AddressRefusedError):
        resolve(url, AllowedHosts.parse([word]), resolver=names("192.168.1.9"))


@pytest.mark.parametrize("word", ["http://n8n.lan", "n8n.lan:x", "a@b", "10.0.0.1/99"])
def test_an_allowance_that_cannot_be_read_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match=r"n8n|a@b|10\.0\.0\.1"):
        AllowedHosts.parse([word])
