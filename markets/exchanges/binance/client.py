"""python-binance's client, aimed at our addresses and speaking our errors."""

import asyncio
import warnings
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any, Final, NamedTuple, NoReturn

import aiohttp

from markets.errors import (
    ExchangeError,
    ExchangeUnavailableError,
    RateLimitedError,
    RegionBlockedError,
    UnknownSymbolError,
)
from markets.exchanges.base import Addresses
from markets.exchanges.binance.answers import parse_refusal
from markets.exchanges.binance.limits import SHORTEST_BAN_S

with warnings.catch_warnings():
    # python-binance 1.0.37 names a class of websockets that is on its way out;
    # its sockets are not used here.
    warnings.simplefilter("ignore", DeprecationWarning)
    from binance import AsyncClient  # type: ignore[import-untyped]  # has no stubs

REQUEST_TIMEOUT_S: Final = 10.0
INVALID_SYMBOL_CODE: Final = -1121

# A page of 1,500 candles is 0.3 MB, the whole exchangeInfo of spot 12 MB.
MAX_ANSWER_BYTES: Final = 64 * 1024 * 1024


class Answer(NamedTuple):
    """One answer of the exchange, not yet parsed."""

    body: bytes
    used_weight: int | None
    served_at_ms: int | None


class Client(AsyncClient):  # type: ignore[misc]  # untyped parent
    """
    The third party's client with our addresses.

    Its methods return an `Answer` and raise only our errors. It asks nothing
    by itself: it is made without the ping and the clock question of
    ``AsyncClient.create``.
    """

    def __init__(self, addresses: Addresses) -> None:
        # Attributes of the instance hide the class's templates, which hold
        # nothing for `str.format` to fill in.
        self.API_URL = addresses.rest + "/api"
        self.FUTURES_URL = addresses.rest + "/fapi"
        super().__init__(
            loop=asyncio.get_running_loop(),
            requests_params={"timeout": aiohttp.ClientTimeout(REQUEST_TIMEOUT_S)},
            session_params={"trust_env": True},
        )

    async def ask(self, call: Callable[..., Any], **parameters: Any) -> Answer:
        """
        Return the answer to one call of this client.

        Parameters
        ----------
        call
            One of this client's methods.
        parameters
            What to pass to it, in the exchange's own names.

        Raises
        ------
        ExchangeError
            One of ours, whatever went wrong.
        """
        try:
            answer: Answer = await call(**parameters)
        except TimeoutError as error:
            raise ExchangeUnavailableError(
                f"The exchange did not answer within {REQUEST_TIMEOUT_S:.0f} s."
            ) from error
        except (aiohttp.ClientError, OSError) as error:
            raise ExchangeUnavailableError(
                f"The exchange cannot be reached ({type(error).__name__}: {error})."
            ) from error
        return answer

    async def _handle_response(self, response: aiohttp.ClientResponse) -> Answer:
        # The parent would parse the body and lose the headers; they hold the
        # used weight, and one client serves many callers at a time.
        body = await response.read()
        if response.status >= 300:
            raise_refusal(response.status, response.headers.get("Retry-After"), body)
        return Answer(
            body,
            _used_weight(response.headers.get("X-MBX-USED-WEIGHT-1M")),
            _served_at_ms(response.headers.get("Date")),
        )


def raise_refusal(status: int, retry_after: str | None, body: bytes) -> NoReturn:
    """
    Turn an error answer into the error that says what to do about it.

    Parameters
    ----------
    status
        Its HTTP status.
    retry_after
        Its ``Retry-After`` header, None without one.
    body
        Its body: the exchange's ``{"code", "msg"}``, or anybody's HTML.
    """
    refusal = parse_refusal(body)
    said = f"HTTP {status}" + (f", {refusal.msg}" if refusal.msg else "")
    if status in (418, 429):
        raise RateLimitedError(
            f"The exchange asked us to slow down ({said}).",
            retry_after_s=_retry_after_s(status, retry_after),
        )
    if status == 451:
        raise RegionBlockedError(f"The exchange does not serve this region ({said}).")
    # 403 is the exchange's firewall, not its interface.
    if status >= 500 or status == 403:
        raise ExchangeUnavailableError(f"The exchange is in trouble ({said}).")
    if refusal.code == INVALID_SYMBOL_CODE:
        raise UnknownSymbolError(f"The exchange knows no such symbol ({said}).")
    raise ExchangeError(
        f"The exchange refused the request ({said}, code {refusal.code})."
    )


def _retry_after_s(status: int, header: str | None) -> float:
    if header is not None and header.strip().isdecimal():
        return float(header)
    # Without the header: a ban lasts two minutes at least, and the weight of a
    # clock minute is free again after a minute at most.
    return SHORTEST_BAN_S if status == 418 else 60.0


def _used_weight(header: str | None) -> int | None:
    return int(header) if header is not None and header.isdecimal() else None


def _served_at_ms(header: str | None) -> int | None:
    try:
        moment = parsedate_to_datetime(header) if header else None
    except ValueError:
        return None
    return None if moment is None else int(moment.timestamp() * 1_000)
