"""The tables of the real engine, minute after minute, under a book."""

import numpy as np

from alerts.rules.book import Book, Watch
from markets.engine.expressions.market import TableMarket
from tests.alerts.rules.plain import PlainBook
from tests.markets.engine.markets_by_hand import BTC, ETH, engine, feed, random_candles

MINUTES = 120
TEXTS = (
    "price > {level}",
    "price <= {level} and symbol == 'BTCUSDT'",
    "change_5m >= {percent}",
    "{percent} > change_15m",
    "between(price, {level}, {level} * 1.01)",
    "abs(change_5m) >= {percent}",
    "change_5m > {percent} and range_15m < 1",
    "change_5m > {percent} or rsi_14_1m > 60",
    "crosses_above(ema_9_1m, ema_21_1m)",
    "crosses_below(price, candle_close_5m)",
    "crosses_above(price, {level}) and not rising(price, 2)",
    "prev(change_5m, 5) <= {percent} and quote_volume_5m * 3 >= quote_volume_15m",
    "rising(candle_close_5m, 2) or category == 'meme'",
)


def test_a_book_over_the_engine_tells_what_the_plain_one_tells() -> None:
    candles = [
        random_candles(MINUTES, seed=seed, symbol=symbol)
        for seed, symbol in ((1, BTC), (2, ETH))
    ]
    book, plain, market = Book(), PlainBook(), engine(BTC, ETH)
    watches = list(rules(candles[0][0].close))
    book.load(watches)
    for watch in watches:
        plain.put(watch)

    count = 0
    for minute, pair in enumerate(zip(*candles, strict=True)):
        feed(market, pair)
        table = market.closed_table()
        if minute == MINUTES // 2:
            book, packed = Book(), book.remember()
            book.load(reversed(watches))
            book.recall(packed)
        edges = book.step(TableMarket(table, market.recent()))
        found = [
            list(zip(ids.tolist(), rows.tolist(), strict=True)) for ids, rows in edges
        ]
        fired, ended = plain.step(table)
        assert found == [fired, ended]
        count += len(fired)

    assert count > 200


def rules(price: float) -> list[Watch]:
    rng = np.random.default_rng(7)
    scopes = (None, (BTC,), (ETH,), (BTC, ETH), (BTC, "GONEUSDT"))
    return [
        Watch(
            number,
            TEXTS[number % len(TEXTS)].format(
                level=round(price * rng.normal(1, 0.01), 2),
                percent=round(rng.normal(0, 0.3), 3),
            ),
            scopes[rng.integers(len(scopes))],
        )
        for number in range(1, 66)
    ]
