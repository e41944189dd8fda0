import pytest
from hypothesis import given, strategies as st

from markets.engine.catalogue import METRIC_OF
from markets.engine.expressions.completion import Offer, complete


def offered(text: str, limit: int = 12) -> list[str]:
    """What is offered at the bar."""
    cursor = text.index("|")
    return [one.text for one in complete(text.replace("|", ""), cursor, limit=limit)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("change_1|", "change_1h"),
        ("CHANGE_1h|", "change_1h"),
        ("price > cross|", "crosses_above("),
        ("price > 1 and rel|", "relative_volume_5m"),
        ("price > 1 and (pre|", "prev("),
        ("not cat|", "category"),
        ("c1h|", "change_1h"),
        ("qv1h|", "quote_volume_1h"),
        ("price > 1 a|", "and"),
        ("base n|", "not in"),
        ("base in ('BTC') o|", "or"),
        ("price >= pri|", "price"),
    ],
)
def test_the_likeliest_is_offered_first(text: str, first: str) -> None:
    assert offered(text)[0] == first


def test_words_within_a_name_are_found_after_those_that_begin_so() -> None:
    found = offered("volume_1h|", limit=100)

    assert found[0] == "volume_1h"
    assert found[1] == "quote_volume_1h"


@pytest.mark.parametrize(
    "text", ["base == 'BT|", "price > 15m|", "price > 1.5e|", "zzzzqqqq|"]
)
def test_nothing_is_offered_where_nothing_fits(text: str) -> None:
    assert offered(text) == []


KNOWN = {"base": ["BTC", "WBTC", "ETH"], "category": ["meme", "layer-1"]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('base == "bt|', ['base == "BTC"', 'base == "WBTC"']),
        ('base == "et|c"', ['base == "ETH"']),
        ("price > 1 and base in ('BTC', 'et|", ["price > 1 and base in ('BTC', 'ETH'"]),
        ("not category != 'm|'", ["not category != 'meme'"]),
        (
            "category not in ('|",
            ["category not in ('meme'", "category not in ('layer-1'"],
        ),
        ("base in ('et|, 'BTC')", ["base in ('ETH', 'BTC')"]),
        ("price > 1 and 'm|", []),
        ("base == 'zz|", []),
    ],
)
def test_texts_in_quotes_are_those_that_there_are(
    text: str, expected: list[str]
) -> None:
    cursor = text.index("|")
    whole = text.replace("|", "")

    found = complete(whole, cursor, texts=KNOWN)

    taken = [whole[: one.start - 1] + one.text + whole[one.end :] for one in found]
    assert taken == expected


def test_an_empty_place_offers_what_may_stand_there() -> None:
    assert offered("|", limit=3) == list(METRIC_OF)[:3]
    assert offered("price > 1 |") == ["and", "or", "in", "not in"]


def test_an_offer_says_what_it_is_and_what_it_replaces() -> None:
    text = "price > chan_1h and price < 2"

    metric = complete(text, 12)[0]
    function = complete("prev", 4)[0]

    assert (metric.start, metric.end) == (9, 15)
    assert metric.offer is Offer.METRIC
    assert (metric.text, metric.label, metric.detail) == ("change_5m", "Change 5m", "%")
    assert (function.label, function.offer) == ("prev(x, n)", Offer.FUNCTION)
    assert function.detail == "The value n steps ago."


def test_the_limit_holds() -> None:
    assert len(complete("c", 1, limit=5)) == 5


@given(st.text(max_size=60), st.integers(0, 70))
def test_any_text_has_places_within_it(text: str, cursor: int) -> None:
    for one in complete(text, min(cursor, len(text))):
        assert 1 <= one.start <= one.end + 1 <= len(text) + 1
