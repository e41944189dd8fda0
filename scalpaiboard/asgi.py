"""The application as servers see it: HTTP, the live socket, start and stop."""

import asyncio
import os
import signal
import threading
import warnings
from types import FrameType
from typing import Any

import django

from scalpaiboard.lib.one_thread import OneThreadHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scalpaiboard.settings")
django.setup(set_prefix=False)
# The files of the pages are small, and read whole in a thread.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume sync")
_http = OneThreadHandler()

# After Django is set up: these import models.
from markets.live.consumers import hub_of_this_loop, stop_hub_of_this_loop  # noqa: E402
from scalpaiboard.routing import sockets  # noqa: E402


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Serve one connection, or the life of the server."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["type"] == "websocket":
        await sockets(scope, receive, send)
    else:
        await _http(scope, receive, send)


async def _live(receive: Any, send: Any) -> None:
    await receive()
    hub = hub_of_this_loop()
    _say_bye_at_signals(asyncio.get_running_loop())
    await send({"type": "lifespan.startup.complete"})
    await receive()
    # Sockets that are still open belong to a server that keeps them this long.
    hub.say_bye()
    await stop_hub_of_this_loop()
    await send({"type": "lifespan.shutdown.complete"})


# uvicorn closes its sockets before it ends the life of the application, so the
# farewell has to go out with the signal itself.
def _say_bye_at_signals(loop: asyncio.AbstractEventLoop) -> None:
    if threading.current_thread() is not threading.main_thread():
        return
    hub = hub_of_this_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)

        def tell(number: int, frame: FrameType | None, before: Any = before) -> None:
            loop.call_soon_threadsafe(hub.say_bye)
            if callable(before):
                before(number, frame)

        signal.signal(number, tell)
