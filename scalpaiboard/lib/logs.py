"""What the log leaves out."""

import logging
from typing import override

_UNAVAILABLE = 503


class WithoutUnavailable(logging.Filter):
    """
    Drops the line that Django writes for every answer 503.

    Such an answer says that a part is not there yet or not now; that part's own
    trouble is logged where it happens, once, and not at each question.
    """

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(record, "status_code", None) != _UNAVAILABLE
