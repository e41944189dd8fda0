"""Addresses of the WebSocket side."""

from typing import Any

from django.conf import settings

from markets.live.consumers import live_socket
from markets.live.origins import PageOriginValidator

NO_SUCH_ADDRESS = 4404

_live = PageOriginValidator(live_socket, settings.ALLOWED_HOSTS)


async def sockets(scope: Any, receive: Any, send: Any) -> None:
    """Serve the one socket there is."""
    if scope["path"].rstrip("/") == "/ws":
        await _live(scope, receive, send)
        return
    await receive()
    await send({"type": "websocket.close", "code": NO_SUCH_ADDRESS, "reason": ""})
