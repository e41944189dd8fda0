import pytest
from django.core.cache import cache
from django.test import Client

from tests.markets.api.conftest import market  # noqa: F401 - a fixture

pytestmark = pytest.mark.usefixtures("market")


def test_the_page_of_a_pair_has_its_price_in_its_own_decimals(client: Client) -> None:
    answer = client.get("/symbols/DOGEUSDT/", {"timeframe": "4h"})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "0.16421" in page
    assert 'data-timeframe="4h"' in page
    assert '["DOGEUSDT", "DOGE", "USDT", 5]' in page


def test_a_symbol_in_small_letters_leads_to_the_pair(client: Client) -> None:
    answer = client.get("/symbols/btcusdt/")

    assert answer.status_code == 302
    assert answer["Location"] == "/symbols/BTCUSDT/"


def test_an_unknown_symbol_is_404_and_offers_near_names(client: Client) -> None:
    answer = client.get("/symbols/BTCUSD/")

    assert answer.status_code == 404
    assert 'href="/symbols/BTCUSDT/"' in answer.content.decode()


def test_a_symbol_of_an_attacker_is_only_text(client: Client) -> None:
    answer = client.get("/symbols/<script>alert(1)<%2Fscript>/")

    assert answer.status_code == 404
    assert "<script>alert" not in answer.content.decode()


def test_a_pair_before_the_first_market_says_so(client: Client) -> None:
    cache.clear()

    answer = client.get("/symbols/BTCUSDT/")

    assert answer.status_code == 503
    assert "has not published" in answer.content.decode()
