"""The simulator's own endpoints, and the coin list of another service."""

import asyncio
from dataclasses import asdict, dataclass
from typing import Any, Final

import orjson
from aiohttp import web

from markets.simulator.faults import Faults, changed
from markets.simulator.hub import StreamHub
from markets.simulator.market import CLOSE, QUOTE_VOLUME
from markets.simulator.moment import Moment
from markets.simulator.weights import WeightCounter

SHUTDOWN_NOTICE_S: Final = 1.0
_MOST_COINS: Final = 250


@dataclass(slots=True)
class Control:
    """Says what is played, sets faults, counts; serves ``coins/markets``."""

    moment: Moment
    hub: StreamHub
    weights: WeightCounter

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Add the endpoints."""
        router.add_get("/simulator/market", self.show_market)
        router.add_get("/simulator/stats", self.show_stats)
        router.add_get("/simulator/faults", self.show_faults)
        router.add_post("/simulator/faults", self.set_faults)
        for prefix in ("", "/simulator"):
            router.add_get(f"{prefix}/coins/markets", self.list_coins)

    async def show_market(self, _request: web.Request) -> web.Response:
        """Say which market this is; pages show its label."""
        market = self.moment.market
        return web.json_response(
            {
                "kind": market.source.kind.value,
                "key": market.source.key,
                "label": market.source.label,
                "venue": market.venue.value,
                "book": "simulated",
                "estimated": list(market.estimated),
                "pairs": len(market.pairs),
                "speed": self.moment.clock.speed,
                "now_ms": self.moment.clock.now_ms(),
            }
        )

    async def show_stats(self, _request: web.Request) -> web.Response:
        """Count sockets, streams and frames since the start."""
        return web.json_response(
            {
                "sockets": len(self.hub.sessions),
                "streams": len(self.hub.names),
                "frames": dict(self.hub.sent),
                "weight_limit": self.weights.limit,
            }
        )

    async def show_faults(self, _request: web.Request) -> web.Response:
        """Show the faults in force."""
        return web.json_response(asdict(self.hub.faults))

    async def set_faults(self, request: web.Request) -> web.Response:
        """
        Change the faults in force.

        The body is an object of fault names; ``{"reset": true}`` heals
        everything first, ``{"drop": true}`` cuts every socket, ``{"shutdown":
        true}`` says ``serverShutdown`` and cuts a second later.
        """
        try:
            wish = _object(await request.read())
            actions = {
                name: bool(wish.pop(name, False))
                for name in ("reset", "drop", "shutdown")
            }
            base = Faults() if actions["reset"] else self.hub.faults
            self.hub.faults = changed(base, wish)
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=400)
        if actions["drop"]:
            self._drop_all()
        if actions["shutdown"]:
            notice = {"e": "serverShutdown", "E": self.moment.clock.now_ms()}
            self.hub.broadcast(notice)
            loop = asyncio.get_running_loop()
            loop.call_later(SHUTDOWN_NOTICE_S, self._drop_all)
        return web.json_response(asdict(self.hub.faults))

    def _drop_all(self) -> None:
        for session in list(self.hub.sessions):
            session.drop()

    async def list_coins(self, request: web.Request) -> web.Response:
        """Answer CoinGecko's ``coins/markets``, largest market first."""
        try:
            page = max(1, int(request.query.get("page", "1")))
            size = int(request.query.get("per_page", "100"))
        except ValueError:
            return web.json_response({"error": "Invalid page"}, status=422)
        size = min(max(size, 1), _MOST_COINS)
        day = self.moment.day(self.moment.clock.now_ms())
        coins = [
            {
                "id": pair.base_asset.lower(),
                "symbol": pair.base_asset.lower(),
                "name": pair.base_asset,
                "current_price": pair.price.value(int(day[pair.row, CLOSE])),
                "circulating_supply": pair.circulating_supply,
                "total_volume": pair.quote_volume.value(
                    int(day[pair.row, QUOTE_VOLUME])
                ),
            }
            for pair in self.moment.market.pairs
            if pair.circulating_supply
        ]
        return web.json_response(coins[(page - 1) * size : page * size])


def _object(body: bytes) -> dict[str, Any]:
    wish: Any = orjson.loads(body)
    if isinstance(wish, dict):
        return wish
    raise ValueError("The body must be an object of fault names.")
