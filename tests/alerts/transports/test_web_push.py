from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from alerts.errors import (
    DestinationConfigError,
    DestinationGoneError,
    MessageRefusedError,
    TransportError,
)
from alerts.transports.vapid import contact_of, own_vapid, public_key, read_vapid
from alerts.transports.web_push import WebPushTransport, check_web_push
from scalpaiboard.lib.http import HttpClient
from scalpaiboard.lib.networks import AllowedHosts
from tests.alerts.transports.messages import TRICKY, message
from tests.fakes.http_server import Fault, Reply
from tests.fakes.push_service import FakePushService

# The pair of the application server in RFC 8291, appendix A.
PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
PUBLIC = (
    "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIg"
    "Dll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"
)
NOW_MS = 1_700_000_000_000


@pytest.fixture
def service() -> Iterator[FakePushService]:
    with FakePushService() as fake:
        yield fake


@pytest.fixture
def transport(service: FakePushService, client: HttpClient) -> WebPushTransport:
    return WebPushTransport(
        service.subscription,
        read_vapid(PRIVATE),
        contact_of("Board <board@board.example>"),
        client,
        clock_ms=lambda: NOW_MS,
    )


def test_the_browser_reads_what_was_sent(
    service: FakePushService, transport: WebPushTransport
) -> None:
    transport.send(message(title=TRICKY))

    (shown,) = service.shown
    assert shown["title"] == TRICKY
    assert shown["body"] == "Price 70,012.50, up 1.20 % in 15m\nConfirmed at 12:34 UTC"
    assert shown["link"] == "https://board.example/alerts/7/"
    assert not shown["silent"]
    assert b"BTCUSDT" not in service.received[0].body


def test_the_service_learns_which_board_speaks(
    service: FakePushService, transport: WebPushTransport
) -> None:
    transport.send(message())

    assert service.keys == [PUBLIC]
    assert service.claims == [
        {
            "aud": service.url,
            "exp": 1_700_000_000 + 43_200,
            "sub": "mailto:board@board.example",
        }
    ]


def test_a_later_phase_takes_the_place_of_the_first(
    service: FakePushService, transport: WebPushTransport
) -> None:
    first = transport.send(message())
    transport.send(message(key="episode-7:close:9", edits=first.reference))
    transport.send(message(key="episode-8:open:9"))

    one, later, other = (came.headers["topic"] for came in service.received)
    assert one == later != other
    assert [shown["tag"] for shown in service.shown] == [one, one, other]


@pytest.mark.parametrize("text", ["x" * 9_000, "€" * 9_000, "🚀" * 9_000])
def test_a_long_text_is_cut_to_what_services_take(
    service: FakePushService, transport: WebPushTransport, text: str
) -> None:
    transport.send(
        message(title=text, text=text, link=f"https://b.example/{'p' * 900}")
    )

    assert service.shown[0]["body"].endswith(f"{text[0]}…")


@pytest.mark.parametrize(
    ("fault", "kind", "wait_s"),
    [
        (Reply(404), DestinationGoneError, None),
        (Reply(410), DestinationGoneError, None),
        (Reply(403), DestinationGoneError, None),
        (Reply(413), MessageRefusedError, None),
        (Reply(429, headers={"Retry-After": "30"}), TransportError, 30.0),
        (Reply(500), TransportError, None),
        ("cut", TransportError, None),
    ],
)
def test_an_answer_says_whether_to_try_again(
    service: FakePushService,
    transport: WebPushTransport,
    fault: Fault,
    kind: type[TransportError],
    wait_s: float | None,
) -> None:
    service.faults.append(fault)

    with pytest.raises(TransportError) as caught:
        transport.send(message())

    assert type(caught.value) is kind
    assert caught.value.retry_after_s == wait_s


def test_the_public_key_is_that_of_the_private_one() -> None:
    assert public_key(read_vapid(PRIVATE)) == PUBLIC


def test_a_board_makes_its_key_once_and_keeps_it_to_itself(tmp_path: Path) -> None:
    path = tmp_path / "data" / "vapid_key"

    first, second = own_vapid(path), own_vapid(path)

    assert public_key(first) == public_key(second)
    assert path.stat().st_mode & 0o077 == 0
    assert [one.name for one in path.parent.iterdir()] == ["vapid_key"]
    assert public_key(own_vapid(tmp_path / "other")) != public_key(first)


def test_a_subscription_is_kept_as_the_browser_gave_it(
    service: FakePushService,
) -> None:
    allowed = AllowedHosts.parse([service.host])
    given = {**service.subscription, "expirationTime": None}

    assert check_web_push(given, allowed) == service.subscription


@pytest.mark.parametrize(
    "changed",
    [
        {"keys": {}},
        {"keys": None},
        {"keys": {"p256dh": "AAAA", "auth": "AAECAwQFBgcICQoLDA0ODw"}},
        {"keys": {"p256dh": PUBLIC, "auth": "AAEC"}},
        {"keys": {"p256dh": "💥", "auth": "💥"}},
        {"endpoint": ""},
        {"endpoint": "http://127.0.0.2/"},
    ],
)
def test_a_subscription_that_cannot_be_used_is_told(
    service: FakePushService, changed: dict[str, Any]
) -> None:
    allowed = AllowedHosts.parse([service.host])

    with pytest.raises(DestinationConfigError) as caught:
        check_web_push({**service.subscription, **changed}, allowed)

    assert list(caught.value.fields) == list(changed)
