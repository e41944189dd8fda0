"""What is built once a change and then served from memory."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final

_KEPT: Final = 256
_BUILDERS: Final = 16


class Newest[T]:
    """
    The newest answer to each question, the most recently asked ones kept.

    While one caller builds an answer, others of the same moment wait for it
    rather than build it too.

    Parameters
    ----------
    kept
        How many questions are remembered.
    """

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        self._answers: OrderedDict[Hashable, tuple[Hashable, T]] = OrderedDict()
        self._building = [threading.Lock() for _ in range(_BUILDERS)]
        self._lock = threading.Lock()

    def get(self, question: Hashable, version: Hashable, build: Callable[[], T]) -> T:
        """Return the answer for this version, built where it is not there."""
        known = self._known(question, version)
        if known is not None:
            return known[1]
        with self._building[hash(question) % _BUILDERS]:
            known = self._known(question, version)
            if known is None:
                known = version, build()
                self._keep(question, known)
        return known[1]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._answers.clear()

    def _known(
        self, question: Hashable, version: Hashable
    ) -> tuple[Hashable, T] | None:
        with self._lock:
            known = self._answers.get(question)
            if known is None or known[0] != version:
                return None
            self._answers.move_to_end(question)
            return known

    def _keep(self, question: Hashable, answer: tuple[Hashable, T]) -> None:
        with self._lock:
            self._answers[question] = answer
            self._answers.move_to_end(question)
            while len(self._answers) > self._kept:
                self._answers.popitem(last=False)
