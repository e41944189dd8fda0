"""The REST side of the exchange: weights, refusals, error bodies."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any, Final

import orjson
from aiohttp import web

from markets.simulator.answers import Answers, RefusedQueryError
from markets.simulator.clock import SimulatedClock
from markets.simulator.faults import changed
from markets.simulator.hub import StreamHub
from markets.simulator.weights import Query, WeightCounter, weight_of
from markets.types import Venue
from scalpaiboard.lib.clock import now_ms

_PREFIX: Final = {Venue.BINANCE_USDM: "/fapi/v1", Venue.BINANCE_SPOT: "/api/v3"}
_HTML: Final = "<html><head><title>502 Bad Gateway</title></head><body></body></html>"
_TOO_MUCH: Final = {
    429: (
        -1003,
        "Too many requests; current limit of IP is {limit} weight per minute.",
    ),
    418: (-1003, "Way too many requests; IP banned."),
    451: (0, "Service unavailable from a restricted location."),
    500: (-1000, "An unknown error occurred while processing the request."),
    503: (-1001, "Internal error; unable to process your request. Please try again."),
}
_FAULT_RETRY_S: Final = 2


@dataclass(slots=True)
class RestDoor:
    """Takes REST requests, weighs them and answers."""

    answers: Answers
    hub: StreamHub
    weights: WeightCounter
    venue: Venue
    clock: SimulatedClock

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Add the endpoints of the venue."""
        for name, answer in self.answers.endpoints().items():
            handler = self._handler(name, answer)
            router.add_get(f"{_PREFIX[self.venue]}/{name}", handler)

    def _handler(
        self, name: str, answer: Callable[[Query], Any]
    ) -> Callable[[web.Request], Any]:
        async def handle(request: web.Request) -> web.Response:
            faults = self.hub.faults
            if faults.delay_ms:
                await asyncio.sleep(faults.delay_ms / 1_000)
            client = request.remote or ""
            weight = weight_of(self.venue, name, request.query)
            used = self.weights.spend(client, weight, now_ms())
            served_at_s = self.clock.now_ms() // 1_000
            headers = {
                "Date": formatdate(served_at_s, usegmt=True),
                "X-MBX-USED-WEIGHT-1M": str(used),
            }
            refusal = self.weights.refusal(client, now_ms())
            if refusal:
                return self._refuse(*refusal, headers)
            if faults.rest:
                return self._fail(headers)
            try:
                # Days that are made only now would hold up every stream.
                if name == "klines" and self.answers.is_long(request.query):
                    body = await asyncio.to_thread(answer, request.query)
                else:
                    body = answer(request.query)
                return _json(body, headers=headers)
            except RefusedQueryError as error:
                body = {"code": error.code, "msg": error.message}
                return _json(body, status=400, headers=headers)

        return handle

    def _fail(self, headers: dict[str, str]) -> web.Response:
        faults = self.hub.faults
        if faults.rest_count == 1:
            self.hub.faults = changed(faults, {"rest": "", "rest_count": 0})
        elif faults.rest_count:
            self.hub.faults = changed(faults, {"rest_count": faults.rest_count - 1})
        if faults.rest == "html":
            return web.Response(
                status=502, text=_HTML, content_type="text/html", headers=headers
            )
        return self._refuse(int(faults.rest), _FAULT_RETRY_S, headers)

    def _refuse(
        self, status: int, retry_after_s: int, headers: dict[str, str]
    ) -> web.Response:
        code, message = _TOO_MUCH[status]
        if status in {418, 429}:
            headers["Retry-After"] = str(retry_after_s)
        body = {"code": code, "msg": message.format(limit=self.weights.limit)}
        return _json(body, status=status, headers=headers)


def _json(
    body: object, *, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    return web.Response(
        body=orjson.dumps(body),
        status=status,
        content_type="application/json",
        headers=headers,
    )
