"""Proving that a destination is its owner's, before anything is told there."""

import secrets
from datetime import timedelta
from html import escape
from typing import Any, Final
from uuid import UUID

from django.core.cache import cache
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac

from alerts.errors import BadContentError, TransportError
from alerts.models import Destination, DestinationState
from alerts.selectors.destinations import CODE_KINDS, CODE_MINUTES
from alerts.transports.base import Message
from alerts.transports.registry import bot_api, transport_for
from alerts.transports.webhook import WebhookTransport
from alerts.types import DestinationKind
from scalpaiboard.lib.clock import now

MOST_TRIES: Final = 5
_AGAIN_S: Final = 30
_TOKEN_BYTES: Final = 24
_BOT_NAME: Final = "telegram:bot-name"
_BOT_KEPT_S: Final = 86_400
_LONGEST_ERROR: Final = 300
_LONGEST_CHAT: Final = 80


def refuse_haste(destination: Destination) -> None:
    """Raise BadContentError where it is proved already, or was asked for just now."""
    if destination.state != DestinationState.UNVERIFIED:
        raise BadContentError({"request": ["This destination is verified already."]})
    sent_at = destination.secret_sent_at
    if sent_at is not None and now() - sent_at < timedelta(seconds=_AGAIN_S):
        sentence = f"One was sent just now; wait {_AGAIN_S} s before the next."
        raise BadContentError({"request": [sentence]})


def start_proof(destination_id: UUID) -> None:
    """
    Send a code, make a link, or post a challenge; a later one ends the former.

    What goes wrong is noted at the destination. One that is proved stays so.
    """
    destination = Destination.objects.filter(
        pk=destination_id, state=DestinationState.UNVERIFIED
    ).first()
    if destination is None:
        return
    kind = DestinationKind(destination.kind)
    try:
        if kind in CODE_KINDS:
            _send_code(destination, kind)
        elif kind is DestinationKind.TELEGRAM:
            _make_link(destination)
        else:
            _post_challenge(destination, kind)
    except TransportError as error:
        _note(destination, last_error=str(error)[:_LONGEST_ERROR], secret_hash="")


def prove_by_code(destination: Destination, code: str) -> None:
    """
    Verify a destination by the code that was sent there.

    Raises
    ------
    BadContentError
        If it is not the code, or too old, or was tried too often.
    """
    if destination.kind not in CODE_KINDS:
        raise BadContentError({"code": ["This kind is not verified by a code."]})
    sent_at = destination.secret_sent_at
    is_old = sent_at is None or now() - sent_at > timedelta(minutes=CODE_MINUTES)
    if not destination.secret_hash or is_old:
        raise BadContentError({"code": ["There is no code any more; ask for another."]})
    # Counted before it is looked at, so that many at once are counted too.
    unproved = Destination.objects.filter(
        pk=destination.pk, state=DestinationState.UNVERIFIED
    )
    if not unproved.filter(secret_tries__lt=MOST_TRIES).update(
        secret_tries=F("secret_tries") + 1
    ):
        raise BadContentError({"code": ["That was tried too often; ask for another."]})
    destination.refresh_from_db()
    typed = _hash_of(destination, "".join(code.split()))
    if not constant_time_compare(typed, destination.secret_hash):
        left = MOST_TRIES - destination.secret_tries
        tries = "1 try is" if left == 1 else f"{left} tries are"
        raise BadContentError({"code": [f"This is not the code; {tries} left."]})
    _verify(destination, secret_hash="")


def prove_by_chat(token: str, chat_id: str, chat_name: str) -> Destination | None:
    """Verify the destination that a Telegram link belongs to; None where none does."""
    destination = Destination.objects.filter(
        kind=DestinationKind.TELEGRAM,
        state=DestinationState.UNVERIFIED,
        secret_hash=hash_of_token(token),
        secret_sent_at__gt=now() - timedelta(minutes=CODE_MINUTES),
    ).first()
    if destination is None:
        return None
    config = {"chat_id": chat_id, "chat_name": chat_name[:_LONGEST_CHAT]}
    _verify(destination, config=config, secret_hash=hash_of_chat(chat_id))
    return destination


def hash_of_token(token: str) -> str:
    """Return what is kept of the token of a link."""
    return salted_hmac("alerts.telegram.token", token, algorithm="sha256").hexdigest()


def hash_of_chat(chat_id: str) -> str:
    """Return what a verified chat is found by, for its number is encrypted."""
    return salted_hmac("alerts.telegram.chat", chat_id, algorithm="sha256").hexdigest()


def _send_code(destination: Destination, kind: DestinationKind) -> None:
    code = f"{secrets.randbelow(1_000_000):06}"
    _note(destination, secret_hash=_hash_of(destination, code))
    text = (
        f"Type {code} on the page of your destinations within {CODE_MINUTES} minutes. "
        "If you did not ask for this, do nothing."
    )
    transport_for(kind, destination.config).send(
        Message(
            key=f"proof:{destination.pk}:{secrets.token_hex(8)}",
            title=f"{code} is your code for Scalpaiboard",
            text=text,
            html=f"<p>{escape(text)}</p>",
            payload={"type": "code", "code": code},
        )
    )


def _make_link(destination: Destination) -> None:
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    link = f"https://t.me/{_bot_name()}?start={token}"
    _note(destination, config={"link": link}, secret_hash=hash_of_token(token))


def _post_challenge(destination: Destination, kind: DestinationKind) -> None:
    _note(destination)
    transport = transport_for(kind, destination.config)
    word = secrets.token_urlsafe(_TOKEN_BYTES)
    if isinstance(transport, WebhookTransport) and transport.challenge(word):
        _verify(destination)
        return
    _note(destination, last_error="The address did not answer with the challenge.")


def _bot_name() -> str:
    known: str | None = cache.get(_BOT_NAME)
    if known is not None:
        return known
    name = str(bot_api().get_me()["username"])
    cache.set(_BOT_NAME, name, _BOT_KEPT_S)
    return name


def _verify(destination: Destination, **more: Any) -> None:
    _note(destination, state=DestinationState.VERIFIED, failing_since=None, **more)


def _note(destination: Destination, **changes: Any) -> None:
    fresh = {"secret_sent_at": now(), "secret_tries": 0, "last_error": ""}
    for name, value in (fresh | changes).items():
        setattr(destination, name, value)
    destination.save(update_fields=[*fresh, *changes, "updated_at"])


def _hash_of(destination: Destination, code: str) -> str:
    return salted_hmac(
        "alerts.destination.code", f"{destination.pk}:{code}", algorithm="sha256"
    ).hexdigest()
