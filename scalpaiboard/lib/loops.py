"""An event loop in a thread of its own, for async work that sync code asks for."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any


class LoopThread:
    """Runs one event loop in a daemon thread, started at the first use."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The running loop."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(
                    target=self._loop.run_forever, name=self._name, daemon=True
                ).start()
            return self._loop

    def run[T](self, work: Coroutine[Any, Any, T], *, limit_s: float) -> T:
        """Wait for `work` from another thread; raises TimeoutError at the limit."""

        async def bounded() -> T:
            async with asyncio.timeout(limit_s):
                return await work

        return asyncio.run_coroutine_threadsafe(bounded(), self.loop).result()
