import json
import math
from typing import Any

import pytest
from hypothesis import given, strategies as st

from markets.errors import BadAnswerError
from markets.exchanges.binance.decode import Frame, FrameDecoder, Reply
from markets.types import (
    BookUpdate,
    Candle,
    ContractChange,
    Liquidation,
    MarkPrice,
    ServerShutdown,
    StreamKind,
    Symbol,
    Ticker,
    Trade,
)
from tests.markets.exchanges.frames import combined, depth, kline, ticker

BTC = Symbol("BTCUSDT")
KLINE_FRAME = combined("btcusdt@kline_1m", kline())


def decode(frame: bytes) -> Frame:
    decoded = FrameDecoder().decode(frame)
    assert isinstance(decoded, Frame)
    return decoded


def test_kline_frame_becomes_a_forming_candle() -> None:
    frame = decode(KLINE_FRAME)

    assert frame.kind is StreamKind.KLINE
    assert list(frame.events) == [
        Candle(
            symbol=BTC,
            open_time_ms=1_700_000_040_000,
            open=37_000.1,
            high=37_020.3,
            low=36_990.4,
            close=37_010.2,
            volume=12.5,
            quote_volume=462_500.5,
            trade_count=51,
            taker_buy_volume=7.25,
            taker_buy_quote_volume=268_250.25,
            first_trade_id=100,
            last_trade_id=150,
            is_closed=False,
            event_time_ms=1_700_000_050_123,
        )
    ]


def test_second_frame_of_a_stream_is_decoded_as_the_first() -> None:
    decoder = FrameDecoder()

    first, second = decoder.decode(KLINE_FRAME), decoder.decode(KLINE_FRAME)

    assert first == second


def test_frame_with_spaces_is_decoded() -> None:
    spaced = json.dumps({"stream": "btcusdt@kline_1m", "data": kline()}, indent=1)

    assert decode(spaced.encode()).events == decode(KLINE_FRAME).events


@pytest.mark.parametrize("stream", ["btcusdt@kline_1m", "币安人生usdt@kline_1m"])
def test_raw_kline_equals_the_combined_one(stream: str) -> None:
    raw = json.dumps(kline(x=True)).encode()

    assert decode(raw) == decode(combined(stream, kline(x=True)))


@pytest.mark.parametrize("field", list("ohlcvqVQ"))
@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "-0.5", "", "1,5"])
def test_kline_with_an_impossible_number_is_refused(field: str, value: str) -> None:
    decoder = FrameDecoder()
    decoder.decode(KLINE_FRAME)

    with pytest.raises(BadAnswerError, match="not of the documented form"):
        decoder.decode(combined("btcusdt@kline_1m", kline(**{field: value})))


def test_kline_of_another_length_is_refused() -> None:
    with pytest.raises(BadAnswerError):
        decode(combined("btcusdt@kline_1m", kline(i="5m")))


@given(st.integers(min_value=0, max_value=len(KLINE_FRAME) - 1))
def test_frame_cut_anywhere_is_refused(length: int) -> None:
    decoder = FrameDecoder()
    decoder.decode(KLINE_FRAME)

    with pytest.raises(BadAnswerError):
        decoder.decode(KLINE_FRAME[:length])


@given(st.binary(max_size=40), st.integers(0, len(KLINE_FRAME)))
def test_frame_with_noise_is_decoded_or_refused(noise: bytes, place: int) -> None:
    decoder = FrameDecoder()
    decoder.decode(KLINE_FRAME)

    try:
        decoded = decoder.decode(KLINE_FRAME[:place] + noise + KLINE_FRAME[place:])
    except BadAnswerError:
        return
    assert isinstance(decoded, Frame | Reply)


def test_all_market_tickers_keep_usdm_rows_and_count_the_others() -> None:
    rows = [
        ticker("BTCUSDT", st=1),
        ticker("BTCUSD_PERP", st=2),
        ticker("ETHUSDT"),
    ]

    frame = decode(combined("!miniTicker@arr", rows))

    assert frame.kind is StreamKind.TICKER
    assert frame.foreign == 1
    assert frame.events[0] == Ticker(
        BTC, 1_700_000_050_000, 2.5, 2.0, 3.0, 1.5, 1_000.0, 2_400.5
    )
    assert [event.symbol for event in frame.events if isinstance(event, Ticker)] == [
        "BTCUSDT",
        "ETHUSDT",
    ]


def test_mark_price_without_funding_has_no_rate() -> None:
    row = {"e": "markPriceUpdate", "E": 5, "s": "BTCUSDT", "p": "10.5", "i": "10.4"}
    rows = [row | {"r": "0.0001", "T": 9}, row | {"s": "BTCUSDT_261225", "r": ""}]

    frame = decode(combined("!markPrice@arr@1s", rows))

    assert frame.events[0] == MarkPrice(BTC, 5, 10.5, 10.4, 0.0001, 9)
    assert isinstance(frame.events[1], MarkPrice)
    assert math.isnan(frame.events[1].funding_rate)


@pytest.mark.parametrize("rate", ["NaN", "inf", "much"])
def test_mark_price_with_an_impossible_rate_is_refused(rate: str) -> None:
    row = {"e": "markPriceUpdate", "E": 5, "s": "BTCUSDT", "p": "1", "i": "1"}

    with pytest.raises(BadAnswerError):
        decode(combined("!markPrice@arr@1s", [row | {"r": rate}]))


LIQUIDATION = {
    "e": "forceOrder",
    "E": 7,
    "o": {"s": "BTCUSDT", "S": "SELL", "q": "0.5", "p": "100", "ap": "101.5"},
}
CONTRACT = {"e": "contractInfo", "E": 8, "s": "BTCUSDT", "cs": "SETTLING"}


def test_liquidation_bears_the_price_that_was_paid() -> None:
    frame = decode(combined("!forceOrder@arr", LIQUIDATION))

    assert list(frame.events) == [Liquidation(BTC, 7, "sell", 101.5, 0.5)]


def test_contract_change_bears_its_status() -> None:
    frame = decode(combined("!contractInfo", CONTRACT))

    assert list(frame.events) == [ContractChange(BTC, 8, "SETTLING")]


@pytest.mark.parametrize(
    ("stream", "event"),
    [("!forceOrder@arr", LIQUIDATION), ("!contractInfo", CONTRACT)],
)
def test_single_event_of_coin_m_is_left_out(stream: str, event: dict[str, Any]) -> None:
    frame = decode(combined(stream, event | {"st": 2}))

    assert (list(frame.events), frame.foreign) == ([], 1)


@pytest.mark.parametrize(("buyer_is_maker", "side"), [(True, "sell"), (False, "buy")])
def test_trade_names_who_crossed_the_spread(buyer_is_maker: bool, side: str) -> None:
    event = {"e": "aggTrade", "s": "BTCUSDT", "a": 3, "p": "1.50", "q": "2", "T": 4}

    frame = decode(combined("btcusdt@aggTrade", event | {"m": buyer_is_maker}))

    assert list(frame.events) == [Trade(BTC, 3, 4, "1.50", "2", side)]


def test_depth_keeps_the_texts_and_the_chain() -> None:
    event = depth(5, 9, 4, b=[["1.50", "0.000"]], a=[["1.60", "3"]])

    frame = decode(combined("btcusdt@depth@100ms", event))

    assert list(frame.events) == [
        BookUpdate(
            BTC, 1_700_000_050_000, 5, 9, 4, (("1.50", "0.000"),), (("1.60", "3"),)
        )
    ]


@pytest.mark.parametrize(
    "frame",
    [
        b'{"e":"serverShutdown","E":9}',
        combined("!serverShutdown", {"e": "serverShutdown", "E": 9}),
    ],
)
def test_server_shutdown_is_an_event_of_the_socket(frame: bytes) -> None:
    assert decode(frame) == Frame(None, (ServerShutdown(9),))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b'{"result":null,"id":1}', ""),
        (b'{"error":{"code":2,"msg":"Invalid request"},"id":1}', "Invalid request"),
        (b'{"code":3,"msg":"Invalid JSON"}', "Invalid JSON"),
    ],
)
def test_answers_to_our_messages_are_told_from_events(
    answer: bytes, error: str
) -> None:
    reply = FrameDecoder().decode(answer)

    assert isinstance(reply, Reply)
    assert reply.error.startswith(error)
    assert bool(reply.error) is bool(error)


@pytest.mark.parametrize(
    "frame", [b"", b"<html>", b"null", b"{}", b"[1]", b"[" * 50_000, b"\xff\xfe"]
)
def test_what_is_no_message_is_refused(frame: bytes) -> None:
    with pytest.raises(BadAnswerError):
        decode(frame)
