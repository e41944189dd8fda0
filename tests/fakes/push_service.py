"""A push service and the browser behind it, by the letter of RFC 8291 and 8292."""

import base64
import json
from typing import Any, override

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.fakes.http_server import FakeServer, Received, Reply

_CURVE = ec.SECP256R1()
_AUTH = bytes(range(16))


class FakePushService(FakeServer):
    """One subscription; what comes is decrypted with the browser's own key."""

    def __init__(self) -> None:
        super().__init__()
        self._key = ec.generate_private_key(_CURVE)
        self.subscription = {
            "endpoint": f"{self.url}/push/one",
            "keys": {"p256dh": written(_point(self._key)), "auth": written(_AUTH)},
        }
        self.shown: list[dict[str, Any]] = []
        self.claims: list[dict[str, Any]] = []
        self.keys: list[str] = []

    @override
    def reply(self, received: Received) -> Reply:
        if received.headers["content-encoding"] != "aes128gcm":
            return Reply(415)
        if "ttl" not in received.headers or len(received.body) > 4_096:
            return Reply(400)
        self._look_at(received.headers["authorization"])
        self.shown.append(json.loads(self._decrypted(received.body)))
        return Reply(201)

    # RFC 8292: a token signed with the key that is sent beside it.
    def _look_at(self, authorization: str) -> None:
        kind, _, rest = authorization.partition(" ")
        given = dict(one.strip().split("=", 1) for one in rest.split(","))
        signed, _, signature = given["t"].rpartition(".")
        numbers = read(signature)
        key = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, read(given["k"]))
        key.verify(
            encode_dss_signature(
                int.from_bytes(numbers[:32]), int.from_bytes(numbers[32:])
            ),
            signed.encode(),
            ec.ECDSA(hashes.SHA256()),
        )
        assert kind == "vapid"
        self.keys.append(given["k"])
        self.claims.append(json.loads(read(signed.partition(".")[2])))

    # RFC 8188, with the secret of RFC 8291.
    def _decrypted(self, body: bytes) -> bytes:
        salt, size = body[:16], body[20]
        theirs = body[21 : 21 + size]
        shared = self._key.exchange(
            ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, theirs)
        )
        secret = _derived(
            _AUTH, b"WebPush: info\x00" + _point(self._key) + theirs, 32, shared
        )
        key = _derived(salt, b"Content-Encoding: aes128gcm\x00", 16, secret)
        nonce = _derived(salt, b"Content-Encoding: nonce\x00", 12, secret)
        plain = AESGCM(key).decrypt(nonce, body[21 + size :], None)
        return plain.rstrip(b"\x00").removesuffix(b"\x02")


def written(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def read(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _derived(salt: bytes, info: bytes, length: int, secret: bytes) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)
