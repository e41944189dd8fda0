"""Webhooks: signed JSON to an address of a person's own."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final

from alerts.errors import DestinationConfigError
from alerts.transports.base import Message, Sent
from alerts.transports.calls import call, check
from scalpaiboard.lib.addresses import AddressRefusedError, NameUnknownError, resolve
from scalpaiboard.lib.clock import now_ms
from scalpaiboard.lib.http import Answer, HttpClient
from scalpaiboard.lib.networks import AllowedHosts

TIMESTAMP_HEADER: Final = "X-Scalpaiboard-Timestamp"
SIGNATURE_HEADER: Final = "X-Scalpaiboard-Signature"
_SECRET_LENGTHS: Final = range(16, 201)


class WebhookTransport:
    """
    Posts the payload of a message, signed.

    Parameters
    ----------
    url
        Where to.
    secret
        What the receiver checks the signature with.
    client
        Sends it; must guard against addresses inside.
    clock_ms
        Asked for the time of the signature.
    """

    def __init__(
        self,
        url: str,
        secret: str,
        client: HttpClient,
        *,
        clock_ms: Callable[[], int] = now_ms,
    ) -> None:
        self._url = url
        self._secret = secret
        self._client = client
        self._clock_ms = clock_ms

    def send(self, message: Message) -> Sent:
        """Deliver the payload; raises TransportError."""
        self._post(message.key, message.payload)
        return Sent()

    def challenge(self, word: str) -> bool:
        """
        Ask whoever answers there to say a word, and return whether they do.

        The request is ``{"type": "challenge", "challenge": word}``, signed as
        any other; the answer is the word, alone or as ``{"challenge": word}``.

        Raises
        ------
        TransportError
            If there is no answer, or one that is none of success.
        """
        answer = self._post(word, {"type": "challenge", "challenge": word})
        said = answer.json()
        if isinstance(said, dict):
            return bool(said.get("challenge") == word)
        return answer.body.decode(errors="replace").strip().strip('"') == word

    def _post(self, key: str, payload: Mapping[str, Any]) -> Answer:
        body = json.dumps(payload, ensure_ascii=False).encode()
        timestamp = str(self._clock_ms() // 1_000)
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            TIMESTAMP_HEADER: timestamp,
            SIGNATURE_HEADER: signature(self._secret, timestamp, body),
        }
        answer = call(self._client, "POST", self._url, content=body, headers=headers)
        check(answer, "The webhook")
        return answer


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return what the header of the signature says of a body sent at a time."""
    signed = f"{timestamp}.".encode() + body
    return f"sha256={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


def check_webhook(config: Mapping[str, Any], allowed: AllowedHosts) -> dict[str, Any]:
    """
    Return the configuration of a webhook, with a secret made where none is given.

    Raises
    ------
    DestinationConfigError
        If the address is none that may be called, or the secret is too short.
    """
    url = check_url(config, "url", allowed)
    secret = config.get("secret") or secrets.token_urlsafe(32)
    if not isinstance(secret, str) or len(secret) not in _SECRET_LENGTHS:
        raise DestinationConfigError(
            {"secret": ["The secret must have 16 to 200 characters."]}
        )
    return {"url": url, "secret": secret}


def check_url(config: Mapping[str, Any], field: str, allowed: AllowedHosts) -> str:
    """
    Return the address in a field, if the board may call it.

    Raises
    ------
    DestinationConfigError
        If not.
    """
    url = config.get(field)
    if not isinstance(url, str) or not url.strip():
        raise DestinationConfigError({field: ["The address is missing."]})
    try:
        resolve(url.strip(), allowed)
    except (AddressRefusedError, NameUnknownError) as error:
        raise DestinationConfigError({field: [str(error)]}) from error
    return url.strip()
