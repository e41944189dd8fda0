"""HTTP calls of the ways out: what comes back becomes our own errors."""

import math
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final

from alerts.errors import DestinationGoneError, MessageRefusedError, TransportError
from scalpaiboard.lib.addresses import AddressRefusedError
from scalpaiboard.lib.clock import now
from scalpaiboard.lib.http import Answer, HttpClient, NoAnswerError

_LONGEST_WAIT_S: Final = 86_400.0
_REFUSED: Final = frozenset({400, 405, 413, 414, 415, 422})
"""What is wrong with the message itself; it stays so."""


def call(client: HttpClient, method: str, url: str, **content: Any) -> Answer:
    """
    Return the answer to a request, whatever it says.

    Raises
    ------
    DestinationGoneError
        If the address is one that the board does not call.
    TransportError
        If there was no answer.
    """
    try:
        return client.request(method, url, **content)
    except AddressRefusedError as error:
        raise DestinationGoneError(str(error)) from error
    except NoAnswerError as error:
        raise TransportError(
            str(error), may_have_arrived=error.may_have_arrived
        ) from error


def check(answer: Answer, who: str) -> None:
    """
    Raise what an answer means where it is not one of success.

    Raises
    ------
    DestinationGoneError
        If it says 410.
    MessageRefusedError
        If it redirects, or finds the message at fault.
    TransportError
        If it may be otherwise later.
    """
    status = answer.status
    if 200 <= status < 300:
        return
    said = f"{who} answered {status}{_phrase(status)}"
    if status == HTTPStatus.GONE:
        raise DestinationGoneError(f"{said}: it wants no more messages.")
    if 300 <= status < 400:
        raise MessageRefusedError(
            f"{said}: redirects are not followed, so the address itself must be right."
        )
    if status in _REFUSED:
        raise MessageRefusedError(f"{said}.")
    raise TransportError(
        f"{said}.",
        retry_after_s=retry_after_s(answer),
        may_have_arrived=status >= HTTPStatus.INTERNAL_SERVER_ERROR,
    )


def retry_after_s(answer: Answer) -> float | None:
    """Return the wait that the header Retry-After asks for, bounded to a day."""
    written = answer.headers.get("retry-after", "").strip()
    try:
        return bounded_wait_s(float(written))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(written)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return bounded_wait_s((moment - now()).total_seconds())


def bounded_wait_s(wait_s: float) -> float | None:
    """Return a wait between nothing and a day; None where it is no number."""
    if not math.isfinite(wait_s):
        return None
    return min(max(wait_s, 0.0), _LONGEST_WAIT_S)


def _phrase(status: int) -> str:
    try:
        return f" ({HTTPStatus(status).phrase})"
    except ValueError:
        return ""
