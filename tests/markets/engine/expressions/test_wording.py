import pytest
from hypothesis import given

from markets.engine.expressions.nodes import Expression, Kind, Node
from markets.engine.expressions.parser import parse
from markets.engine.expressions.wording import in_words
from tests.markets.engine.expressions.strategies import conditions, values


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("change_1h >= 1.6", "change 1h at least 1.6 %"),
        ("1.6 <= change_1h", "change 1h at least 1.6 %"),
        ("change_1h < -1.6", "change 1h below −1.6 %"),
        ("price > 65_000", "price above 65,000"),
        ("-1 < change_5m <= 2", "change 5m above −1 % and at most 2 %"),
        ("consecutive_up_5m >= 3", "rising candles 5m at least 3 candles"),
        ("taker_buy_share_5m >= 0.6", "taker-buy share 5m at least 0.6"),
        ("price > 0.00001", "price above 0.00001"),
        ("price > 65432.1", "price above 65,432.1"),
        ("cci_20_1h > 100", "CCI 20 1h above 100"),
        ("williams_r_14_1h < -80", "williams %R 14 1h below −80"),
        ("vwap_1h < price", "VWAP 1h below price"),
        (
            "6 * quote_volume_1h >= quote_volume_8h and change_1d < 15",
            "6 × quote volume 1h at least quote volume 8h and change 1d below 15 %",
        ),
        ("(price + 1) * 2 > 3", "(price + 1) × 2 above 3"),
        ("price - 1 - (2 - 3) > 0", "price − 1 − (2 − 3) above 0"),
        (
            "price > 1 and price > 2 or price > 3",
            "(price above 1 and price above 2) or price above 3",
        ),
        (
            "(price > 1 or price > 2) and not price > 3",
            "(price above 1 or price above 2) and not (price above 3)",
        ),
        ("prev(change_1h, 5) <= 2", "change 1h 5 minutes ago at most 2 %"),
        ("crosses_above(change_5m, 2)", "change 5m crosses above 2 %"),
        ("rising(candle_close_1h, 3)", "close 1h rises for 3 1h candles in a row"),
        ("falling(price, 1)", "price falls for 1 minute in a row"),
        ("between(change_1h, 1, 2)", "change 1h between 1 % and 2 %"),
        (
            "min(change_5m, change_1h, 1) > 0",
            "the smallest of change 5m, change 1h and 1 above 0 %",
        ),
        ("abs(change_5m) >= 2", "the size of change 5m at least 2 %"),
        ("symbol == 'BTCUSDT'", "symbol is BTCUSDT"),
        ("base not in ('USDC', 'EUR')", "base is none of USDC, EUR"),
    ],
)
def test_an_expression_reads_as_people_say_it(text: str, words: str) -> None:
    assert in_words(parse(text)) == words


@given(conditions)
def test_every_condition_has_words(node: Node) -> None:
    assert in_words(Expression(node, Kind.CONDITION))


@given(values)
def test_every_value_has_words(node: Node) -> None:
    assert in_words(Expression(node, Kind.NUMBER))
