"""E-mail through whatever sender Django is set up with."""

import hashlib
import smtplib
from collections.abc import Mapping
from email.message import MIMEPart
from email.utils import parseaddr
from typing import Any, Final

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.mail import EmailMultiAlternatives, MailerDoesNotExist
from django.core.validators import validate_email

from alerts.errors import (
    DestinationConfigError,
    DestinationGoneError,
    MessageRefusedError,
    NotConfiguredError,
    TransportError,
)
from alerts.transports.base import Message, Sent, cut

_SUBJECT_LIMIT: Final = 200
_PICTURE: Final = "candles@scalpaiboard"
_NO_MAILER: Final = "E-mail is not set up on this board; EMAIL_HOST is empty."


class EmailTransport:
    """
    Sends to one address.

    Mail cannot be edited: what would edit a message is sent as an answer to it,
    so that a reader's programme shows them as one thread.

    Parameters
    ----------
    address
        Whom to.
    sender
        Whom from, as a header says it.
    """

    def __init__(self, address: str, sender: str) -> None:
        self._address = address
        self._sender = sender

    def send(self, message: Message) -> Sent:
        """Deliver a message; raises TransportError."""
        identity = message_id(message.key, self._sender)
        mail = self._written(message, identity)
        try:
            mail.send()
        except MailerDoesNotExist as error:
            raise NotConfiguredError(_NO_MAILER) from error
        except ImproperlyConfigured as error:
            raise NotConfiguredError("E-mail is set up wrongly.") from error
        except smtplib.SMTPException as error:
            raise _from_smtp(error) from error
        except AnymailError as error:
            raise _from_anymail(error) from error
        except OSError as error:
            raise TransportError(
                f"The mail server could not be reached: {error}.",
                may_have_arrived=isinstance(error, TimeoutError),
            ) from error
        return Sent(message.edits or identity)

    def _written(self, message: Message, identity: str) -> EmailMultiAlternatives:
        headers = {"Message-ID": identity, "Auto-Submitted": "auto-generated"}
        if message.edits:
            headers |= {"In-Reply-To": message.edits, "References": message.edits}
        link = f"\n\n{message.link}" if message.link else ""
        mail = EmailMultiAlternatives(
            subject=cut(" ".join(message.title.split()), _SUBJECT_LIMIT),
            body=f"{message.title}\n\n{message.text}{link}\n",
            from_email=self._sender,
            to=[self._address],
            headers=headers,
        )
        html = message.html
        if message.picture is not None:
            html += f'<p><img src="cid:{_PICTURE}" alt="" width="800"></p>'
            mail.attach(_inline(message.picture))
        if html:
            mail.attach_alternative(html, "text/html")
        return mail


def message_id(key: str, sender: str) -> str:
    """Return the Message-ID of a key: the same on every try."""
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def check_email(config: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return the configuration of an address.

    Raises
    ------
    DestinationConfigError
        If it is none.
    """
    address = str(config.get("address") or "").strip()
    try:
        validate_email(address)
    except ValidationError as error:
        problem = f"{address!r} is no e-mail address."
        raise DestinationConfigError({"address": [problem]}) from error
    return {"address": address}


def _inline(picture: bytes) -> MIMEPart:
    part = MIMEPart()
    part.set_content(
        picture,
        maintype="image",
        subtype="png",
        disposition="inline",
        filename="candles.png",
        cid=f"<{_PICTURE}>",
    )
    return part


def _from_smtp(error: smtplib.SMTPException) -> TransportError:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return NotConfiguredError("The mail server refuses the board's password.")
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()))
        said = _text(answer)
        kind: type[DestinationGoneError | MessageRefusedError] = DestinationGoneError
    elif isinstance(error, smtplib.SMTPResponseException):
        code, said = error.smtp_code, _text(error.smtp_error)
        kind = MessageRefusedError
    else:
        return TransportError(
            f"The mail server broke the connection off: {error}.",
            may_have_arrived=isinstance(error, smtplib.SMTPServerDisconnected),
        )
    sentence = f"The mail server answered {code}: {said}."
    # What the server says of the sender is no fault of the message.
    if code < 500 or isinstance(error, smtplib.SMTPSenderRefused):
        return TransportError(sentence)
    return kind(sentence)


def _from_anymail(error: AnymailError) -> TransportError:
    if isinstance(error, AnymailRecipientsRefused):
        return DestinationGoneError("The mail service refuses the address.")
    status = getattr(error, "status_code", None)
    said = f"The mail service answered {status}." if status else "No mail was taken."
    if status in {401, 403}:
        return NotConfiguredError("The mail service refuses the board's key.")
    is_open = isinstance(error, AnymailAPIError) and (status is None or status >= 500)
    return TransportError(said, may_have_arrived=is_open)


def _text(said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return cut(" ".join(text.split()).rstrip("."), _SUBJECT_LIMIT)
