"""Sending tasks from where nothing may wait for the broker."""

import logging
from typing import Any, Final

from celery import Task
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

EXPIRES_S: Final = 5.0
"""What was not begun by then has been asked for again by the beat."""

LONGEST_S: Final = 86_400.0


def send(task: "Task[Any, Any]", *arguments: Any, expires_s: float = LONGEST_S) -> bool:
    """
    Send a task without a second try; return whether the broker took it.

    For tasks that beat sends as well: a word that is lost costs time, not truth.
    What is not begun within `expires_s` is not begun at all.
    """
    try:
        task.apply_async(arguments, retry=False, expires=expires_s, ignore_result=True)
    except (OperationalError, OSError) as error:
        logger.warning("The broker did not take %s: %s", task.name, error)
        return False
    return True
