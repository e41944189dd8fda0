import pytest

from markets.live.topics import TopicKind, parse_topic


@pytest.mark.parametrize(
    "name",
    [
        "ticks",
        "ticks.BTCUSDT",
        "overview.1h",
        "feed",
        "candles.BTCUSDT.1m",
        "candles.BTCUSDT.1m.120",
        "metrics.BTCUSDT",
        "book.币安.U",
        "trades.BTCUSDT",
    ],
)
def test_a_topic_keeps_its_name(name: str) -> None:
    assert parse_topic(name).name == name


def test_a_symbol_may_hold_whatever_the_exchange_likes() -> None:
    topic = parse_topic("candles.币安.U.4h")

    assert (topic.kind, topic.symbol, topic.timeframe) == (
        TopicKind.CANDLES,
        "币安.U",
        "4h",
    )


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("", "feed or candles.SYMBOL.TIMEFRAME"),
        ("tick", "feed or candles.SYMBOL.TIMEFRAME"),
        ("ticks.", "ticks.SYMBOL"),
        ("book", "book.SYMBOL"),
        ("trades.", "trades.SYMBOL"),
        ("overview", "5m, 10m, 15m, 1h, 4h, 8h, 1d"),
        ("overview.2h", "5m, 10m, 15m, 1h, 4h, 8h, 1d"),
        ("candles.BTCUSDT.1m.0", "from 1 to 500"),
        ("candles.BTCUSDT.1m.501", "from 1 to 500"),
        ("candles.BTCUSDT.1m.050", "from 1 to 500"),
        ("candles", "candles.BTCUSDT.1m"),
        ("candles.1m", "candles.BTCUSDT.1m"),
        ("candles.BTCUSDT.7m", "1m, 5m, 15m, 1h, 4h, 8h, 1d"),
        ("x" * 4_000, "ticks, ticks.SYMBOL"),
    ],
)
def test_a_wrong_topic_is_told_what_would_be_right(name: str, right: str) -> None:
    with pytest.raises(ValueError, match=right) as caught:
        parse_topic(name)

    assert len(str(caught.value)) < 300
