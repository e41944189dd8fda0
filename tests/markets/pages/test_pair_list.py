import numpy as np

from markets.engine.table import Table
from markets.pages.pair_list import pair_list
from markets.selectors.pairs import Pair

PAIRS = {
    "ADAUSDT": Pair("ADAUSDT", "ADA", "USDT", 4),
    "BTCUSDT": Pair("BTCUSDT", "BTC", "USDT", 1),
    "ETHUSDT": Pair("ETHUSDT", "ETH", "USDT", 2),
}
TABLE = Table(
    venue="binanceusdm",
    market_key="generated:7",
    market_label="",
    clock="live",
    sequence=1,
    as_of_ms=0,
    symbols=("ADAUSDT", "BTCUSDT", "ETHUSDT", "NEWUSDT"),
    columns=("price", "change_1d", "quote_volume_1d"),
    values=np.array(
        [
            [0.5, 65_432.1, 1_948.2, 1.0],
            [np.nan, 1.236, -0.714, 0.0],
            [np.nan, 9e9, 4e9, 5e9],
        ]
    ),
)


def test_pairs_stand_by_volume_as_they_are_shown_and_unknown_values_last() -> None:
    assert pair_list(TABLE, PAIRS, limit=9) == [
        ("BTCUSDT", "BTC", "USDT", "65,432.1", "+1.24 %", "up"),
        ("ETHUSDT", "ETH", "USDT", "1,948.20", "−0.71 %", "down"),
        ("ADAUSDT", "ADA", "USDT", "0.5000", "", ""),
    ]


def test_a_limit_keeps_the_most_traded() -> None:
    assert [line[0] for line in pair_list(TABLE, PAIRS, limit=1)] == ["BTCUSDT"]
