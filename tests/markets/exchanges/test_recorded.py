"""Recorded frames of the real exchange, decoded and rebuilt into books."""

import gzip
import itertools
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from markets.errors import BadAnswerError
from markets.exchanges.binance.answers import parse_book, parse_candles
from markets.exchanges.binance.book import LocalBook
from markets.exchanges.binance.decode import Frame, FrameDecoder
from markets.types import MINUTE_MS, BookUpdate, StreamKind, Symbol, Venue

pytestmark = pytest.mark.recorded

SPOT_LOG = "spot_btcusdt_depth_trade_book_20240808.log.gz"
FUTURES_LOG = "usdm_btcusdt_depth_trade_book_20240808.log.gz"


@pytest.fixture
def frames(recorded_data: Path) -> Path:
    return recorded_data / "binance" / "ws"


def lines(path: Path) -> list[str]:
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    return content.decode().splitlines()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "spot_combined_20211012_4sym.jsonl.gz",
            {StreamKind.BOOK: 177, StreamKind.TRADE: 2, StreamKind.KLINE: 2},
        ),
        (
            "usdm_combined_20210722_4sym.jsonl.gz",
            {StreamKind.BOOK: 764, StreamKind.TRADE: 91, StreamKind.KLINE: 67},
        ),
    ],
)
def test_combined_capture_is_decoded_whole(
    frames: Path, name: str, expected: dict[StreamKind, int]
) -> None:
    decoder = FrameDecoder()
    kinds: Counter[StreamKind | None] = Counter()

    for line in lines(frames / name):
        entry = json.loads(line)
        # Best bid and ask are recorded too; the product does not subscribe to
        # them.
        if entry["t"] == "recv" and "@bookTicker" not in entry["data"]:
            decoded = decoder.decode(entry["data"].encode())
            assert isinstance(decoded, Frame)
            kinds[decoded.kind] += len(decoded.events)

    assert kinds == expected


def test_all_market_arrays_are_decoded_whole(frames: Path) -> None:
    decoder = FrameDecoder()
    rows: Counter[StreamKind | None] = Counter()

    for line in lines(frames / "single_messages_arr_2020-2022.jsonl"):
        entry = json.loads(line)
        if entry["case"] in {"miniTicker_arr", "markPrice_arr"}:
            decoded = decoder.decode(entry["data"].encode())
            assert isinstance(decoded, Frame)
            rows[decoded.kind] += len(decoded.events)

    assert rows == {StreamKind.TICKER: 51, StreamKind.MARK_PRICE: 168}


def test_only_streams_that_are_subscribed_are_decoded(frames: Path) -> None:
    decoder = FrameDecoder()
    decoded: set[str] = set()

    for line in lines(frames / "single_messages_2021-2022.jsonl"):
        message = json.loads(line)["data"]
        try:
            decoder.decode(message.encode())
        except BadAnswerError:
            continue
        stream = json.loads(message)["stream"]
        decoded.add(stream if stream.startswith("!") else stream.partition("@")[2])

    assert decoded == {"aggTrade", "depth@100ms", "kline_1m", "!markPrice@arr"}


@pytest.mark.parametrize(
    "name",
    ["spot_combined_20211012_4sym.jsonl.gz", "usdm_combined_20210722_4sym.jsonl.gz"],
)
def test_four_books_of_a_capture_bridge_and_stay_in_step(
    frames: Path, name: str
) -> None:
    venue = Venue.BINANCE_SPOT if name.startswith("spot") else Venue.BINANCE_USDM
    books: dict[str, LocalBook] = {}
    early: dict[str, list[BookUpdate]] = {}
    decoder = FrameDecoder()

    for line in lines(frames / name):
        entry = json.loads(line)
        if entry["t"] == "http" and "/depth" in entry["url"]:
            symbol = entry["url"].split("symbol=")[1].split("&")[0]
            books[symbol] = LocalBook(venue)
            books[symbol].reset(parse_book(entry["data"].encode(), Symbol(symbol)))
            for update in early.pop(symbol, []):
                books[symbol].apply(update)
        elif entry["t"] == "recv" and "@depth" in entry["data"]:
            decoded = decoder.decode(entry["data"].encode())
            assert isinstance(decoded, Frame)
            for event in decoded.events:
                assert isinstance(event, BookUpdate)
                if event.symbol in books:
                    books[event.symbol].apply(event)
                else:
                    early.setdefault(event.symbol, []).append(event)

    assert len(books) == 4
    for book in books.values():
        assert not book.is_crossed


def read_log(path: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the kind, the text and the content of each line of a capture."""
    for line in lines(path):
        text = line.split(" ", 1)[1]
        content = json.loads(text)
        yield content.get("stream", "snapshot"), text, content


@pytest.mark.parametrize(
    ("name", "venue", "suffix"),
    [
        (SPOT_LOG, Venue.BINANCE_SPOT, "@depth@100ms"),
        (FUTURES_LOG, Venue.BINANCE_USDM, "@depth@0ms"),
    ],
)
def test_rebuilt_book_equals_the_recorded_best_prices(
    frames: Path, name: str, venue: Venue, suffix: str
) -> None:
    """Compare wherever a best-price message bears the book's own update id."""
    best: dict[int, tuple[float, float]] = {}
    updates: list[BookUpdate] = []
    snapshot = None
    decoder = FrameDecoder()
    for kind, text, content in read_log(frames / name):
        if kind.endswith(suffix):
            # Recorded at another speed; the message is the same.
            frame = decoder.decode(text.replace("@depth@0ms", "@depth").encode())
            assert isinstance(frame, Frame)
            updates += [one for one in frame.events if isinstance(one, BookUpdate)]
        elif kind.endswith("@bookTicker"):
            data = content["data"]
            best[data["u"]] = (float(data["b"]), float(data["a"]))
        elif kind == "snapshot":
            snapshot = parse_book(text.encode(), Symbol("BTCUSDT"))
    assert snapshot is not None
    book = LocalBook(venue)
    book.reset(snapshot)

    compared = 0
    for update in updates:
        book.apply(update)
        if book.last_update_id in best:
            compared += 1
            assert (book.bids.best_price(), book.asks.best_price()) == best[
                book.last_update_id
            ]

    assert compared > 100
    assert book.last_update_id == updates[-1].final_update_id


def test_recorded_klines_answer_is_read_without_its_forming_row(
    recorded_data: Path,
) -> None:
    folder = recorded_data / "binance" / "rest" / "klines_raw"
    body = (folder / "spot_klines_1m_BTCUSDT_20211210.json").read_bytes()
    rows = json.loads(body)

    candles = parse_candles(body, Symbol("BTCUSDT"), now_ms=rows[-1][6])

    assert len(candles) == len(rows) - 1
    first = candles[0]
    assert (first.open_time_ms, str(first.open)) == (
        rows[0][0],
        str(float(rows[0][1])),
    )
    assert first.taker_buy_quote_volume == float(rows[0][10])
    assert all(
        later.open_time_ms - earlier.open_time_ms == MINUTE_MS
        for earlier, later in itertools.pairwise(candles)
    )
