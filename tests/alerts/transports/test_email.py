from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from pytest_django import Settings

from alerts.errors import (
    DestinationConfigError,
    DestinationGoneError,
    MessageRefusedError,
    NotConfiguredError,
    TransportError,
)
from alerts.transports.email import EmailTransport, check_email
from tests.alerts.transports.messages import PICTURE, TRICKY, message
from tests.fakes.http_server import FakeServer, Reply
from tests.fakes.mail import FakeMailServer

SMTP = "django.core.mail.backends.smtp.EmailBackend"
POSTMARK = "anymail.backends.postmark.EmailBackend"


@pytest.fixture
def server(settings: Settings) -> Iterator[FakeMailServer]:
    with FakeMailServer() as fake:
        options = {"host": "127.0.0.1", "port": fake.port, "timeout": 20}
        settings.MAILERS = {"default": {"BACKEND": SMTP, "OPTIONS": options}}
        yield fake


@pytest.fixture
def transport() -> EmailTransport:
    return EmailTransport("alice@example.org", "Board <board@board.example>")


def parts(mail: EmailMessage) -> dict[str, EmailMessage]:
    return {part.get_content_type(): part for part in mail.walk()}


def test_a_mail_has_text_html_and_the_picture_in_it(
    server: FakeMailServer, transport: EmailTransport
) -> None:
    transport.send(message(picture=PICTURE))

    (mail,) = server.mails
    found = parts(mail)
    assert mail["subject"] == "BTCUSDT crossed above 70,000"
    assert (mail["from"], mail["to"]) == (
        "Board <board@board.example>",
        "alice@example.org",
    )
    assert "Price 70,012.50" in found["text/plain"].get_content()
    assert "https://board.example/alerts/7/" in found["text/plain"].get_content()
    html = found["text/html"].get_content()
    picture = found["image/png"]
    assert picture.get_content() == PICTURE
    assert picture.get_content_disposition() == "inline"
    assert f'src="cid:{picture["content-id"].strip("<>")}"' in html


def test_a_name_full_of_marks_arrives_as_typed(
    server: FakeMailServer, transport: EmailTransport
) -> None:
    transport.send(message(title=f"{TRICKY}\r\nBcc: bob@example.org", text=TRICKY))

    (mail,) = server.mails
    assert mail["subject"] == f"{TRICKY} Bcc: bob@example.org"
    assert mail["bcc"] is None
    assert TRICKY in parts(mail)["text/plain"].get_content()


def test_every_try_bears_the_same_message_id(
    server: FakeMailServer, transport: EmailTransport
) -> None:
    server.faults.append("cut")

    with pytest.raises(TransportError) as caught:
        transport.send(message())
    sent = transport.send(message())
    transport.send(message(key="episode-8:open:1"))

    assert caught.value.may_have_arrived
    one, again, other = (mail["message-id"] for mail in server.mails)
    assert one == again == sent.reference != other
    assert one.endswith("@board.example>")


def test_a_later_phase_answers_the_first_mail(
    server: FakeMailServer, transport: EmailTransport
) -> None:
    first = transport.send(message())

    later = transport.send(message(key="episode-7:close:9", edits=first.reference))

    mail = server.mails[1]
    assert mail["in-reply-to"] == mail["references"] == first.reference
    assert mail["message-id"] != first.reference
    assert later == first


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("550 5.1.1 no such user", DestinationGoneError),
        ("450 4.2.1 mailbox busy", TransportError),
    ],
)
def test_a_refused_address_is_gone_or_busy(
    server: FakeMailServer,
    transport: EmailTransport,
    answer: str,
    kind: type[TransportError],
) -> None:
    server.refused["alice@example.org"] = answer

    with pytest.raises(TransportError, match=answer[4:9]) as caught:
        transport.send(message())

    assert type(caught.value) is kind


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("554 5.7.1 looks like spam", MessageRefusedError),
        ("451 4.3.0 try later", TransportError),
    ],
)
def test_a_refused_content_is_final_or_not(
    server: FakeMailServer,
    transport: EmailTransport,
    answer: str,
    kind: type[TransportError],
) -> None:
    server.faults.append(answer)

    with pytest.raises(TransportError, match=answer[:3]) as caught:
        transport.send(message())

    assert type(caught.value) is kind


def test_a_server_that_is_away_is_tried_again(
    settings: Settings, transport: EmailTransport
) -> None:
    with FakeMailServer() as gone:
        port = gone.port
    options = {"host": "127.0.0.1", "port": port}
    settings.MAILERS = {"default": {"BACKEND": SMTP, "OPTIONS": options}}

    with pytest.raises(TransportError, match="could not be reached") as caught:
        transport.send(message())

    assert not caught.value.permanent
    assert not caught.value.may_have_arrived


def test_a_board_without_mail_says_so(
    settings: Settings, transport: EmailTransport
) -> None:
    settings.MAILERS = {}

    with pytest.raises(NotConfiguredError, match="EMAIL_HOST is empty"):
        transport.send(message())


@pytest.fixture
def service(settings: Settings) -> Iterator[FakeServer]:
    with FakeServer() as fake:
        settings.MAILERS = {"default": {"BACKEND": POSTMARK}}
        settings.ANYMAIL = {
            "POSTMARK_SERVER_TOKEN": "token",
            "POSTMARK_API_URL": f"{fake.url}/",
        }
        yield fake


def test_a_sender_by_http_takes_the_same_mail(
    service: FakeServer, transport: EmailTransport
) -> None:
    accepted = {
        "ErrorCode": 0,
        "Message": "OK",
        "MessageID": "b7bc2f4a",
        "To": "alice@example.org",
    }
    service.faults.append(Reply(200, accepted))

    transport.send(message(picture=PICTURE))

    mail = service.received[0].json()
    assert mail["To"] == "alice@example.org"
    assert mail["Subject"] == "BTCUSDT crossed above 70,000"
    assert mail["Attachments"][0]["ContentID"] == "cid:candles@scalpaiboard"


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, NotConfiguredError), (429, TransportError), (500, TransportError)],
)
def test_what_a_sender_by_http_answers_is_told(
    service: FakeServer, transport: EmailTransport, status: int, kind: type[Exception]
) -> None:
    service.faults.append(Reply(status, {"ErrorCode": 10, "Message": "no"}))

    with pytest.raises(TransportError) as caught:
        transport.send(message())

    assert type(caught.value) is kind
    assert not caught.value.permanent


def test_an_address_is_checked() -> None:
    address = {"address": "alice@example.org"}

    assert check_email({"address": " alice@example.org "}) == address
    for wrong in ("", "alice", "alice@", "a@b.c, d@e.f", "alice@example.org\nBcc: x"):
        with pytest.raises(DestinationConfigError, match="no e-mail address"):
            check_email({"address": wrong})
