"""Browser push: RFC 8291 encrypts it, RFC 8292 says who sends it."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02
from pywebpush import WebPusher

from alerts.errors import DestinationConfigError, DestinationGoneError
from alerts.transports.base import Message, Sent, cut
from alerts.transports.calls import call, check
from alerts.transports.webhook import check_url
from scalpaiboard.lib.clock import now_ms
from scalpaiboard.lib.http import HttpClient
from scalpaiboard.lib.networks import AllowedHosts

TTL_S: Final = 4 * 3_600
"""How long a push service keeps a message for a browser that is away."""
_TOKEN_S: Final = 12 * 3_600
_TITLE_LIMIT: Final = 200
_TEXT_LIMIT: Final = 1_000
_SHORTEST_TEXT: Final = 50
_CONTENT_LIMIT: Final = 3_900
"""Push services take 4,096 bytes, of which the encryption needs about a hundred."""
_AUTH_BYTES: Final = 16
_GONE: Final = {
    403: "it belongs to another key of the board",
    404: "the browser has ended it",
    410: "the browser has ended it",
}


class WebPushTransport:
    """
    Sends to one subscription of a browser.

    Parameters
    ----------
    subscription
        `endpoint` and `keys`, as the browser gave them.
    vapid
        The board's key pair.
    contact
        Where a push service may complain, as `mailto:` or `https:`.
    client
        Sends it; must guard against addresses inside.
    clock_ms
        Asked for the time of the token.
    """

    def __init__(
        self,
        subscription: Mapping[str, Any],
        vapid: Vapid02,
        contact: str,
        client: HttpClient,
        *,
        clock_ms: Callable[[], int] = now_ms,
    ) -> None:
        self._subscription = dict(subscription)
        self._vapid = vapid
        self._contact = contact
        self._client = client
        self._clock_ms = clock_ms

    def send(self, message: Message) -> Sent:
        """Deliver a message; raises TransportError."""
        topic = hashlib.sha256((message.edits or message.key).encode()).hexdigest()[:32]
        pusher = WebPusher(self._subscription)
        content = _content(message, topic)
        body = pusher.encode(content, content_encoding="aes128gcm")["body"]
        endpoint = str(self._subscription["endpoint"])
        headers = {
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(TTL_S),
            "Urgency": "high",
            # A later message of the thread takes the place of one not yet shown.
            "Topic": topic,
            **self._authorization(endpoint),
        }
        answer = call(self._client, "POST", endpoint, content=body, headers=headers)
        if answer.status in _GONE:
            raise DestinationGoneError(
                f"The subscription is over: {_GONE[answer.status]}."
            )
        check(answer, "The push service")
        return Sent(message.edits or message.key)

    def _authorization(self, endpoint: str) -> Mapping[str, str]:
        url = httpx.URL(endpoint)
        claims = {
            "aud": f"{url.scheme}://{url.netloc.decode('ascii')}",
            "exp": self._clock_ms() // 1_000 + _TOKEN_S,
            "sub": self._contact,
        }
        signed: Mapping[str, str] = self._vapid.sign(claims)
        return signed


def _content(message: Message, topic: str) -> bytes:
    room = _TEXT_LIMIT
    while True:
        written = json.dumps(
            {
                "title": cut(message.title, _TITLE_LIMIT),
                "body": cut(message.text, room),
                "link": message.link,
                "tag": topic,
                "silent": message.silent,
            },
            ensure_ascii=False,
        ).encode()
        if len(written) <= _CONTENT_LIMIT or room <= _SHORTEST_TEXT:
            return written
        room //= 2


def check_web_push(config: Mapping[str, Any], allowed: AllowedHosts) -> dict[str, Any]:
    """
    Return the configuration of a browser's subscription.

    Raises
    ------
    DestinationConfigError
        If it is not of the form that browsers give.
    """
    endpoint = check_url(config, "endpoint", allowed)
    keys = config.get("keys")
    keys = keys if isinstance(keys, Mapping) else {}
    kept = {name: str(keys.get(name) or "") for name in ("p256dh", "auth")}
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(
            ec.SECP256R1(), _bytes(kept["p256dh"])
        )
        is_whole = len(_bytes(kept["auth"])) == _AUTH_BYTES
    except ValueError:
        is_whole = False
    if not is_whole:
        raise DestinationConfigError(
            {"keys": ["The keys of the subscription cannot be read."]}
        )
    return {"endpoint": endpoint, "keys": kept}


def _bytes(written: str) -> bytes:
    return base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))
