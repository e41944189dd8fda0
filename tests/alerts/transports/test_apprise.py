from collections.abc import Iterator

import pytest

from alerts.errors import (
    DestinationConfigError,
    DestinationGoneError,
    TransportError,
)
from alerts.transports.apprise import AppriseTransport, check_apprise
from tests.alerts.transports.messages import TRICKY, message
from tests.fakes.http_server import FakeServer, Reply

ALLOWED = ["127.0.0.1"]


@pytest.fixture
def service() -> Iterator[FakeServer]:
    with FakeServer() as fake:
        yield fake


def test_a_message_arrives_as_typed(service: FakeServer) -> None:
    AppriseTransport(f"json://{service.host}/in", ALLOWED).send(message(title=TRICKY))

    (came,) = service.received
    assert came.path == "/in"
    assert came.json()["title"] == TRICKY
    assert came.json()["message"] == (
        "Price 70,012.50, up 1.20 % in 15m\nConfirmed at 12:34 UTC\n"
        "https://board.example/alerts/7/"
    )


@pytest.mark.parametrize("url", ["ntfy://{host}/topic", "rsyslog://{host}"])
def test_nothing_inside_is_reached_at_check_or_later(
    service: FakeServer, url: str
) -> None:
    url = url.format(host=service.host)

    with pytest.raises(DestinationGoneError, match="not a public address"):
        AppriseTransport(url).send(message())
    with pytest.raises(DestinationConfigError, match="not a public address"):
        check_apprise({"url": url})

    assert service.received == []


def test_a_redirect_is_not_followed(service: FakeServer) -> None:
    service.faults.append(Reply(302, headers={"Location": f"{service.url}/elsewhere"}))

    with pytest.raises(TransportError):
        AppriseTransport(f"json://{service.host}/in", ALLOWED).send(message())

    assert [came.path for came in service.received] == ["/in"]


def test_a_refusal_is_tried_again(service: FakeServer) -> None:
    service.faults.append(Reply(503))

    with pytest.raises(TransportError, match="did not take it") as caught:
        AppriseTransport(f"json://{service.host}", ALLOWED).send(message())

    assert not caught.value.permanent


def test_a_file_of_the_machine_is_not_sent(service: FakeServer) -> None:
    url = f"workflows://{service.host}/workflow/signature/?template=/etc/passwd"

    with pytest.raises(DestinationGoneError, match="asked for the file"):
        AppriseTransport(url, ALLOWED).send(message())

    assert service.received == []


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "no address of Apprise"),
        ("nothing", "no address of Apprise"),
        ("ntfys://" + "x" * 2_000, "no address of Apprise"),
        ("syslog://", "reaches the machine"),
        ("DBUS://", "reaches the machine"),
        ("vapid://me@example.org/a?keyfile=/etc/passwd", "reaches the machine"),
        ("nonsense://host", "cannot read"),
        ("slack://too/short", "cannot read"),
    ],
)
def test_what_cannot_be_used_is_told(url: str, reason: str) -> None:
    with pytest.raises(DestinationConfigError, match=reason) as caught:
        check_apprise({"url": url})

    assert list(caught.value.fields) == ["url"]


def test_an_address_that_can_be_read_is_kept() -> None:
    assert check_apprise({"url": " ntfys://8.8.8.8/topic "}) == {
        "url": "ntfys://8.8.8.8/topic"
    }
