import hashlib
import hmac
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from alerts.errors import (
    DestinationConfigError,
    DestinationGoneError,
    MessageRefusedError,
    TransportError,
)
from alerts.transports.webhook import WebhookTransport, check_webhook
from scalpaiboard.lib.http import GuardedTransport, HttpClient
from scalpaiboard.lib.networks import AllowedHosts
from tests.alerts.transports.messages import TRICKY, message
from tests.fakes.http_server import FakeServer, Reply

SECRET = "a secret of sixteen or more"  # noqa: S105 - opens nothing


@pytest.fixture
def receiver() -> Iterator[FakeServer]:
    with FakeServer() as fake:
        yield fake


@pytest.fixture
def transport(receiver: FakeServer, client: HttpClient) -> WebhookTransport:
    return WebhookTransport(
        f"{receiver.url}/hook?x=1", SECRET, client, clock_ms=lambda: 1_700_000_000_999
    )


def test_the_payload_arrives_signed_over_time_and_body(
    receiver: FakeServer, transport: WebhookTransport
) -> None:
    transport.send(message(payload={"rule": TRICKY, "value": 1.5}))

    (came,) = receiver.received
    assert (came.method, came.path) == ("POST", "/hook?x=1")
    assert came.json() == {"rule": TRICKY, "value": 1.5}
    assert came.headers["content-type"] == "application/json"
    assert came.headers["x-scalpaiboard-timestamp"] == "1700000000"
    expected = hmac.new(SECRET.encode(), b"1700000000." + came.body, hashlib.sha256)
    assert came.headers["x-scalpaiboard-signature"] == f"sha256={expected.hexdigest()}"


def test_every_try_bears_the_same_idempotency_key(
    receiver: FakeServer, transport: WebhookTransport
) -> None:
    receiver.faults.append("cut")

    with pytest.raises(TransportError) as caught:
        transport.send(message())
    transport.send(message())

    assert caught.value.may_have_arrived
    keys = [came.headers["idempotency-key"] for came in receiver.received]
    assert keys == ["episode-7:open:1700000000000"] * 2


def test_a_redirect_into_the_house_is_not_followed_and_final(
    receiver: FakeServer, transport: WebhookTransport
) -> None:
    receiver.faults.append(
        Reply(307, headers={"Location": f"{receiver.url}/internal/secret"})
    )

    with pytest.raises(MessageRefusedError, match="redirects are not followed"):
        transport.send(message())

    assert [came.path for came in receiver.received] == ["/hook?x=1"]


@pytest.mark.parametrize(
    ("status", "kind", "is_permanent"),
    [
        (410, DestinationGoneError, True),
        (400, MessageRefusedError, True),
        (413, MessageRefusedError, True),
        (404, TransportError, False),
        (401, TransportError, False),
        (429, TransportError, False),
        (500, TransportError, False),
        (503, TransportError, False),
    ],
)
def test_an_answer_says_whether_to_try_again(
    receiver: FakeServer,
    transport: WebhookTransport,
    status: int,
    kind: type[TransportError],
    *,
    is_permanent: bool,
) -> None:
    receiver.faults.append(Reply(status))

    with pytest.raises(TransportError, match=str(status)) as caught:
        transport.send(message())

    assert type(caught.value) is kind
    assert caught.value.permanent is is_permanent


PAST = format_datetime(datetime(2000, 1, 1, tzinfo=UTC), usegmt=True)
FUTURE = format_datetime(datetime(2999, 1, 1, tzinfo=UTC), usegmt=True)


@pytest.mark.parametrize(
    ("written", "least", "most"),
    [
        ("7", 7, 7),
        ("1.5", 1.5, 1.5),
        ("-3", 0, 0),
        ("99999999", 86_400, 86_400),
        (PAST, 0, 0),
        (
            format_datetime(datetime(2999, 1, 1, tzinfo=UTC), usegmt=True),
            86_400,
            86_400,
        ),
    ],
)
def test_the_wait_that_is_asked_for_is_told(
    receiver: FakeServer,
    transport: WebhookTransport,
    written: str,
    least: float,
    most: float,
) -> None:
    receiver.faults.append(Reply(429, headers={"Retry-After": written}))

    with pytest.raises(TransportError) as caught:
        transport.send(message())

    assert caught.value.retry_after_s is not None
    assert least <= caught.value.retry_after_s <= most


@pytest.mark.parametrize("written", ["soon", "nan", "inf", ""])
def test_a_wait_that_says_nothing_is_left_to_us(
    receiver: FakeServer, transport: WebhookTransport, written: str
) -> None:
    receiver.faults.append(Reply(503, headers={"Retry-After": written}))

    with pytest.raises(TransportError) as caught:
        transport.send(message())

    assert caught.value.retry_after_s is None


def test_silence_ends_at_the_limit_and_may_have_arrived(
    receiver: FakeServer, hasty_client: HttpClient
) -> None:
    receiver.faults.append("hang")

    with pytest.raises(TransportError, match="did not answer within") as caught:
        WebhookTransport(receiver.url, SECRET, hasty_client).send(message())

    assert caught.value.may_have_arrived
    assert not caught.value.permanent


def test_an_address_inside_is_refused_when_sending_too(receiver: FakeServer) -> None:
    guarded = HttpClient(GuardedTransport(AllowedHosts()))

    with pytest.raises(DestinationGoneError, match="not a public address"):
        WebhookTransport(receiver.url, SECRET, guarded).send(message())

    assert receiver.received == []


def test_a_secret_is_made_where_none_is_typed() -> None:
    one, other = (
        check_webhook({"url": " https://8.8.8.8/hook "}, AllowedHosts())
        for _ in range(2)
    )

    assert one["url"] == "https://8.8.8.8/hook"
    assert len(one["secret"]) >= 32
    assert one["secret"] != other["secret"]


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "url"),
        ({"url": 7}, "url"),
        ({"url": "http://169.254.169.254/latest/meta-data/"}, "url"),
        ({"url": "https://8.8.8.8/", "secret": "short"}, "secret"),
        ({"url": "https://8.8.8.8/", "secret": 12345678901234567}, "secret"),
    ],
)
def test_what_was_typed_wrongly_is_told_by_field(
    config: dict[str, object], field: str
) -> None:
    with pytest.raises(DestinationConfigError) as caught:
        check_webhook(config, AllowedHosts())

    assert list(caught.value.fields) == [field]
    assert all(one.endswith(".") for one in caught.value.fields[field])
