from typing import Any

import orjson
import pytest
from django.test import Client

from accounts.models import User


class Person:
    """Somebody who asks the API; what they send is JSON."""

    def __init__(self, user: User | None = None) -> None:
        self.user = user
        self._client = Client()
        if user is not None:
            self._client.force_login(user)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return self._client.generic(
            method,
            f"/api/{path}",
            b"" if body is None else _json(body),
            content_type="application/json",
            headers=headers,
        )

    def get(self, path: str, **question: Any) -> Any:
        return self._client.get(f"/api/{path}", question)


def _json(body: Any) -> bytes:
    return orjson.dumps(body)


@pytest.fixture
def alice_asks(alice: User) -> Person:
    return Person(alice)


@pytest.fixture
def bob_asks(bob: User) -> Person:
    return Person(bob)


@pytest.fixture
def stranger_asks(db: None) -> Person:
    return Person()
