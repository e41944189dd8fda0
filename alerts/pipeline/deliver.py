"""Handing owed messages to their destinations."""

import logging
import threading
import time
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Final

from redis import RedisError

from alerts.errors import DestinationGoneError, TransportError
from alerts.models import Delivery, Destination, DestinationState
from alerts.pipeline.claims import (
    TRIED_FOR,
    claim,
    pause,
    put_off,
    record_delivered,
    record_failure,
)
from alerts.pipeline.compose import compose, first_of_thread
from alerts.transports.base import Message, Sent
from alerts.transports.limits import take
from alerts.transports.registry import transport_for
from alerts.types import DeliveryState, DestinationKind
from scalpaiboard.lib.clock import now
from scalpaiboard.lib.encrypted import UnreadableSecretError

logger = logging.getLogger(__name__)

_AT_ONCE: Final = 64
"""Messages under one claim: few enough to be sent within its lease."""
_SENDERS: Final = 16
_WORK_S: Final = 20.0
"""After so long another task goes on, so that a worker can be stopped."""
_THREAD_WAIT_S: Final = 1.0
_NO_COUNT_WAIT_S: Final = 2.0
_turn = threading.Lock()
_is_asked = threading.Event()
_UNSENT: Final = frozenset({DeliveryState.OWED, DeliveryState.CLAIMED})


@dataclass(frozen=True, slots=True)
class _Job:
    delivery: Delivery
    message: Message


def deliver() -> int:
    """
    Send what is due until nothing is left; return how many were delivered.

    One thread of a process is at it at a time: it looks again before it ends.
    """
    _is_asked.set()
    delivered = 0
    while _is_asked.is_set() and _turn.acquire(blocking=False):
        try:
            _is_asked.clear()
            delivered += _deliver()
        finally:
            _turn.release()
    return delivered


def _deliver() -> int:
    end_s = time.monotonic() + _WORK_S
    delivered = 0
    sending: dict[Future[Sent], Delivery] = {}
    is_more = True
    with ThreadPoolExecutor(_SENDERS, thread_name_prefix="sender") as senders:
        while is_more or sending:
            is_more = is_more and time.monotonic() < end_s
            if is_more and len(sending) < _SENDERS:
                claimed = claim(_AT_ONCE, now())
                is_more = len(claimed) == _AT_ONCE
                sending |= _begin(claimed, senders)
            done, _ = wait(sending, return_when=FIRST_COMPLETED)
            delivered += _record([(sending.pop(one), one) for one in done])
    _pause_failing()
    return delivered


# Rows are read and written here alone; the threads only talk to the outside.
def _begin(
    claimed: Iterable[Delivery], senders: ThreadPoolExecutor
) -> dict[Future[Sent], Delivery]:
    jobs: dict[Future[Sent], Delivery] = {}
    for delivery in claimed:
        message = _prepared(delivery)
        if message is not None:
            jobs[senders.submit(_send, _Job(delivery, message))] = delivery
    return jobs


def _prepared(delivery: Delivery) -> Message | None:
    first = first_of_thread(delivery)
    if first is not None and first.state in _UNSENT:
        put_off(delivery, _THREAD_WAIT_S, now())
        return None
    destination = delivery.destination
    wait_s = _wait_s(destination)
    if wait_s > 0:
        put_off(delivery, wait_s, now())
        return None
    return compose(delivery, first)


# Without the counts of Redis nobody knows whose turn it is.
def _wait_s(destination: Destination) -> float:
    address = str(destination.config.get("chat_id") or destination.pk)
    try:
        return take(DestinationKind(destination.kind), address)
    except RedisError:
        return _NO_COUNT_WAIT_S


def _send(job: _Job) -> Sent:
    destination = job.delivery.destination
    transport = transport_for(DestinationKind(destination.kind), destination.config)
    return transport.send(job.message)


# What was taken is noted at once for all that have come back.
def _record(done: Iterable[tuple[Delivery, Future[Sent]]]) -> int:
    taken = []
    for delivery, future in done:
        try:
            taken.append((delivery, future.result().reference))
        except TransportError as error:
            record_failure(delivery, error, now())
            if isinstance(error, DestinationGoneError):
                pause(delivery.destination_id, str(error), now())
        except UnreadableSecretError as error:
            record_failure(delivery, TransportError(str(error), permanent=True), now())
        except Exception:
            # A fault of ours must not hold up the messages of others.
            logger.exception("Sending %s failed in an unknown way.", delivery.pk)
            record_failure(
                delivery, TransportError("The board failed to send it."), now()
            )
    return record_delivered(taken, now())


def _pause_failing() -> None:
    failing = Destination.objects.filter(
        state=DestinationState.VERIFIED, failing_since__lte=now() - TRIED_FOR
    )
    for destination in failing:
        if pause(destination.pk, destination.last_error, now()):
            logger.warning("Destination %s was paused.", destination.pk)
