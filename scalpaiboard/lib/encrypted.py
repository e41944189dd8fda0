"""Secrets at rest: JSON that the database sees only encrypted."""

import base64
from functools import lru_cache
from typing import Any

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models

_PURPOSE = b"scalpaiboard.lib.encrypted"


class UnreadableSecretError(Exception):
    """A secret was encrypted with a key that this installation does not have."""


@lru_cache(maxsize=8)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    derivation = HKDF(hashes.SHA256(), length=32, salt=None, info=_PURPOSE)
    return base64.urlsafe_b64encode(derivation.derive(key.encode()))


# The first encrypts; old keys still read while a key is being changed.
def _keys() -> tuple[str, ...]:
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


def encrypt(value: Any) -> str:
    """Return a JSON value as text that only this installation can read."""
    return _cipher(_keys()).encrypt(orjson.dumps(value)).decode("ascii")


def decrypt(text: str) -> Any:
    """Undo `encrypt`; raises UnreadableSecretError."""
    try:
        return orjson.loads(_cipher(_keys()).decrypt(text.encode("ascii")))
    except InvalidToken as error:
        raise UnreadableSecretError(
            "A stored secret cannot be read with SECRET_KEY or SECRET_KEY_FALLBACKS."
        ) from error


class EncryptedJSONField(models.TextField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A JSON value that is encrypted in the database, and in backups of it."""

    # Read by the stubs of Django alone: any JSON value goes in and comes out.
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, *_: object) -> Any:
        """Decrypt what the database holds."""
        return None if value is None else decrypt(value)

    def get_prep_value(self, value: Any) -> str | None:
        """Encrypt what the database shall hold."""
        return None if value is None else encrypt(value)
