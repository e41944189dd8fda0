"""Whose socket it is: the session that its cookie names."""

from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib import auth
from django.contrib.sessions.backends.base import SessionBase
from django.db import Error as DatabaseError
from django.utils.crypto import constant_time_compare

from markets.errors import MarketUnavailableError

_HEADER = b"cookie"


async def person_of(scope: Any) -> str | None:
    """
    Return the id of the person who opened a socket, None for a visitor.

    Raises
    ------
    MarketUnavailableError
        If the sessions cannot be read.
    """
    key = _session_key(scope)
    if key is None:
        return None
    read = database_sync_to_async(_person_of_session, thread_sensitive=False)
    try:
        found: str | None = await read(key)
    except DatabaseError as error:
        raise MarketUnavailableError(
            "Who you are cannot be read now; try again soon."
        ) from error
    return found


def _session_key(scope: Any) -> str | None:
    jar = SimpleCookie()
    for name, value in scope["headers"]:
        if name == _HEADER:
            try:
                jar.load(value.decode("latin-1"))
            except CookieError:
                return None
    morsel = jar.get(settings.SESSION_COOKIE_NAME)
    return morsel.value if morsel else None


# As `auth.get_user` does it, but for giving the session another key: a socket
# could not tell the browser.
def _person_of_session(key: str) -> str | None:
    session: SessionBase = import_module(settings.SESSION_ENGINE).SessionStore(key)
    path = str(session.get(auth.BACKEND_SESSION_KEY))
    if path not in settings.AUTHENTICATION_BACKENDS:
        return None
    user: Any = auth.load_backend(path).get_user(session[auth.SESSION_KEY])
    if user is None:
        return None
    known = session.get(auth.HASH_SESSION_KEY, "")
    hashes = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    if not any(constant_time_compare(known, one) for one in hashes):
        return None
    return str(user.pk)
