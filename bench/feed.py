"""How many live candles a core takes in, from the socket's bytes to the table."""

import gc
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

import orjson

from bench.harness import Row, benchmark
from markets.engine.market import MarketEngine
from markets.exchanges.binance.decode import Frame, FrameDecoder
from markets.types import (
    MINUTE_MS,
    Candle,
    Instrument,
    InstrumentStatus,
    Symbol,
    Venue,
)

SYMBOLS: Final = 300
FRAMES_A_SYMBOL: Final = 20
ROUNDS: Final = 9
OPEN_TIME_MS: Final = 1_700_000_040_000

Take = Callable[[bytes], object]


@benchmark("feed")
def live_candles() -> Iterable[Row]:
    """Decode, and decode and apply, the same frames as the peers."""
    frames = _frames()
    gc.collect()
    decoded = _a_second(FrameDecoder().decode, frames)
    yield Row(
        area="feed",
        what="kline frames decoded into candles",
        figure=decoded,
        unit="/s a core",
        better="higher",
        peer="python-binance, its dict made into the same candle",
        peer_figure=_a_second(_python_binance(), frames),
    )
    yield Row(
        area="feed",
        what="kline frames decoded and applied to the table",
        figure=_a_second(_engine(), frames),
        unit="/s a core",
        bar=60_000,
        better="higher",
        peer="ccxt.pro, decoded and kept in its cache",
        peer_figure=_a_second(_ccxt(), frames),
    )


def _frames() -> list[bytes]:
    # Compact, with the keys in the exchange's order and texts of its length.
    frames = []
    for update in range(FRAMES_A_SYMBOL):
        for number in range(SYMBOLS):
            symbol = _symbol(number)
            close = f"{37_000 + number + update / 100:.2f}"
            kline = {
                "t": OPEN_TIME_MS,
                "T": OPEN_TIME_MS + MINUTE_MS - 1,
                "s": symbol,
                "i": "1m",
                "f": 2_384_844_002 + update,
                "L": 2_384_844_032 + update,
                "o": f"{37_000 + number:.2f}",
                "c": close,
                "h": close,
                "l": f"{36_990 + number:.2f}",
                "v": f"{update + 1}.250",
                "n": 31 + update,
                "x": False,
                "q": f"{46_250 * (update + 1)}.58918",
                "V": f"{update}.104",
                "Q": f"{update * 3_848}.45472",
                "B": "0",
            }
            event_time = OPEN_TIME_MS + update * 250
            event = {"e": "kline", "E": event_time, "s": symbol, "k": kline}
            stream = f"{symbol.lower()}@kline_1m"
            frames.append(orjson.dumps({"stream": stream, "data": event}))
    return frames


def _symbol(number: int) -> Symbol:
    return Symbol(f"COIN{number:03d}USDT")


def _engine() -> Take:
    engine = MarketEngine(venue=Venue.BINANCE_USDM, market_key="bench")
    engine.set_instruments([_instrument(number) for number in range(SYMBOLS)])
    before = OPEN_TIME_MS - MINUTE_MS
    engine.close_minute(
        before, [_candle(_symbol(number), before) for number in range(SYMBOLS)]
    )
    decode, apply_forming = FrameDecoder().decode, engine.apply_forming

    def take(data: bytes) -> None:
        frame = decode(data)
        if isinstance(frame, Frame):
            for event in frame.events:
                if isinstance(event, Candle):
                    apply_forming(event)

    return take


def _instrument(number: int) -> Instrument:
    symbol = _symbol(number)
    return Instrument(
        venue=Venue.BINANCE_USDM,
        symbol=symbol,
        base_asset=symbol.removesuffix("USDT"),
        quote_asset="USDT",
        status=InstrumentStatus.TRADING,
        contract_type="PERPETUAL",
        tick_size=Decimal("0.01"),
        step_size=Decimal("0.001"),
    )


def _candle(symbol: Symbol, open_time_ms: int) -> Candle:
    return Candle(symbol, open_time_ms, 1.0, 2.0, 0.5, 1.5, 10.0, 15.0, 7, 4.0, 6.0)


def _python_binance() -> Take:
    # It hands on a dict with the numbers as texts; its user makes the candle.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from binance.ws.reconnecting_websocket import (  # type: ignore[import-untyped]  # noqa: PLC0415 - a peer without stubs
            ReconnectingWebsocket,
        )
    socket: Any = ReconnectingWebsocket(url="ws://localhost")
    handle = socket._handle_message  # noqa: SLF001 - the peer's whole way of a frame

    def take(data: bytes) -> Candle:
        event = handle(data)["data"]
        kline = event["k"]
        return Candle(
            symbol=kline["s"],
            open_time_ms=kline["t"],
            open=float(kline["o"]),
            high=float(kline["h"]),
            low=float(kline["l"]),
            close=float(kline["c"]),
            volume=float(kline["v"]),
            quote_volume=float(kline["q"]),
            trade_count=kline["n"],
            taker_buy_volume=float(kline["V"]),
            taker_buy_quote_volume=float(kline["Q"]),
            first_trade_id=kline["f"],
            last_trade_id=kline["L"],
            is_closed=kline["x"],
            event_time_ms=event["E"],
        )

    return take


def _ccxt() -> Take:
    import ccxt.pro  # type: ignore[import-untyped]  # noqa: PLC0415 - a slow peer

    exchange: Any = ccxt.pro.binanceusdm()
    client = _CcxtClient()

    def take(data: bytes) -> None:
        exchange.handle_ohlcv(client, orjson.loads(data)["data"])

    return take


class _CcxtClient:
    # What `handle_ohlcv` wants of a connection.
    url = "wss://fstream.binance.com/market/stream"

    def resolve(self, result: object, message_hash: str) -> None: ...


def _a_second(take: Take, frames: Sequence[bytes]) -> float:
    # The best of several rounds: what the machine can do when left alone.
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for frame in frames:
            take(frame)
        best = min(best, time.perf_counter() - started)
    return len(frames) / best
