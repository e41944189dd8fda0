"""HTTP requests of sync code, each bounded as a whole, in time and in size."""

import asyncio
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, override

import httpx

from scalpaiboard.lib.addresses import (
    AddressRefusedError,
    NameUnknownError,
    Pinned,
    Resolver,
    resolve,
    system_resolver,
)
from scalpaiboard.lib.loops import LoopThread
from scalpaiboard.lib.networks import AllowedHosts

TOTAL_S: Final = 5.0
"""From the first look at the name to the last byte of the answer."""
BODY_LIMIT: Final = 65_536
_CONNECT_S: Final = 3.0
_LOOP: Final = LoopThread("http")
_HEADERS: Final = {"User-Agent": "Scalpaiboard/0.1", "Accept-Encoding": "identity"}


class NoAnswerError(Exception):
    """A request got no answer; `may_have_arrived` says whether it was all in vain."""

    def __init__(self, message: str, *, may_have_arrived: bool) -> None:
        super().__init__(message)
        self.may_have_arrived = may_have_arrived


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said; a longer body is cut at the limit."""

    status: int
    headers: httpx.Headers
    body: bytes

    def json(self) -> Any:
        """Return the body read as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class GuardedTransport(httpx.AsyncBaseTransport):
    """
    Connects to checked addresses only, under the name that was asked for.

    Host header, server name and certificate stay those of the name.

    Parameters
    ----------
    allowed
        The operator's own hosts.
    resolver
        The name service.
    certificates
        Which authorities are believed; the usual ones by default.
    """

    def __init__(
        self,
        allowed: AllowedHosts,
        *,
        resolver: Resolver = system_resolver,
        certificates: ssl.SSLContext | None = None,
    ) -> None:
        self._allowed = allowed
        self._resolver = resolver
        self._inner = _plain_transport(certificates)

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        pinned = await asyncio.to_thread(
            resolve, str(request.url), self._allowed, resolver=self._resolver
        )
        *others, last = pinned.addresses
        for address in others:
            try:
                return await self._inner.handle_async_request(
                    _aimed(request, pinned, address)
                )
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue  # nothing was sent yet
        return await self._inner.handle_async_request(_aimed(request, pinned, last))

    @override
    async def aclose(self) -> None:
        await self._inner.aclose()


class HttpClient:
    """
    Sends requests from any thread and follows no redirect.

    Connections are not kept: one that was made for one name must not carry
    requests to another.

    Parameters
    ----------
    transport
        Where requests go.
    limit_s
        Time for everything together, where a request names no other.
    """

    def __init__(
        self, transport: httpx.AsyncBaseTransport, *, limit_s: float = TOTAL_S
    ) -> None:
        self._limit_s = limit_s
        self._client = httpx.AsyncClient(
            transport=transport, headers=_HEADERS, trust_env=False
        )

    def request(
        self,
        method: str,
        url: str | httpx.URL,
        *,
        limit_s: float | None = None,
        body_limit: int = BODY_LIMIT,
        **content: Any,
    ) -> Answer:
        """
        Return the answer to one request.

        Parameters
        ----------
        method, url
            What is asked, and where.
        limit_s
            Time for everything together, where it is not that of the client.
        body_limit
            Bytes of the answer that are read.
        **content
            `headers`, `content`, `json`, `data`, `files` as httpx knows them.

        Raises
        ------
        AddressRefusedError
            If the guard does not let it go there.
        NoAnswerError
            If no answer came, or none in time.
        """
        limit_s = limit_s or self._limit_s
        times = httpx.Timeout(limit_s, connect=min(limit_s, _CONNECT_S))
        try:
            request = self._client.build_request(method, url, timeout=times, **content)
        except httpx.InvalidURL as error:
            raise AddressRefusedError(
                f"The address cannot be read: {error}."
            ) from error
        host = request.url.host
        try:
            return _LOOP.run(self._exchange(request, body_limit), limit_s=limit_s)
        except (httpx.ConnectError, httpx.ConnectTimeout, NameUnknownError) as error:
            reason = str(error).rstrip(".") or "the connection took too long"
            raise NoAnswerError(
                f"{host} could not be reached: {reason}.", may_have_arrived=False
            ) from error
        except (httpx.TimeoutException, TimeoutError) as error:
            raise NoAnswerError(
                f"{host} did not answer within {limit_s:g} s.", may_have_arrived=True
            ) from error
        except httpx.HTTPError as error:
            reason = str(error).rstrip(".") or type(error).__name__
            raise NoAnswerError(
                f"{host} broke the connection off: {reason}.", may_have_arrived=True
            ) from error

    async def _exchange(self, request: httpx.Request, body_limit: int) -> Answer:
        response = await self._client.send(request, stream=True)
        try:
            body = bytearray()
            async for part in response.aiter_raw():
                body += part
                if len(body) >= body_limit:
                    break
            return Answer(
                response.status_code, response.headers, bytes(body[:body_limit])
            )
        finally:
            await response.aclose()


@cache
def guarded_client(allowed: AllowedHosts) -> HttpClient:
    """Return the client for addresses that people name."""
    return HttpClient(GuardedTransport(allowed))


@cache
def trusted_client() -> HttpClient:
    """Return the client for addresses that the operator sets."""
    return HttpClient(_plain_transport())


def _aimed(request: httpx.Request, pinned: Pinned, address: str) -> httpx.Request:
    extensions: Mapping[str, Any] = request.extensions
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**extensions, "sni_hostname": pinned.host},
    )


def _plain_transport(
    certificates: ssl.SSLContext | None = None,
) -> httpx.AsyncHTTPTransport:
    return httpx.AsyncHTTPTransport(
        verify=certificates or _certificates(),
        trust_env=False,
        limits=httpx.Limits(max_keepalive_connections=0),
    )


@cache
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)
