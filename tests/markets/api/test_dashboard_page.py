import numpy as np
import pytest
from django.test import Client

from markets import models, snapshots
from markets.dashboard_layout import Chart, Layout
from markets.engine.table import Table
from markets.pages import dashboard
from markets.selectors import sparks
from markets.types import MINUTE_MS
from tests.markets.api.conftest import AS_OF_MS, table

STEP_MS = 15 * MINUTE_MS


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    dashboard._bodies.clear()
    sparks._known.clear()


@pytest.mark.usefixtures("market")
def test_page_has_a_chart_a_pair_the_most_traded_first(client: Client) -> None:
    html = client.get("/").content.decode()

    places = [html.index(f'data-symbol="{s}USDT"') for s in ("BTC", "ETH", "DOGE")]
    assert places == sorted(places)
    assert "65,432.1" in html
    assert html.count('class="chart-cell"') == 3


@pytest.mark.usefixtures("market")
def test_page_follows_the_layout_of_the_visitor(client: Client) -> None:
    layout = {
        "timeframe": "4h",
        "window": "15m",
        "charts": [{"symbol": "DOGEUSDT", "timeframe": "1m"}],
    }
    client.put("/api/dashboard", layout, content_type="application/json")

    html = client.get("/").content.decode()

    first = html[html.index('class="chart-cell"') :]
    assert first.index("DOGEUSDT") < first.index("BTCUSDT")
    assert '<option value="1m" selected>' in " ".join(first.split())
    assert 'data-timeframe="4h"' in html
    assert 'data-window="15m"' in html


def test_page_before_the_first_table_says_how_far_the_fill_is(client: Client) -> None:
    snapshots.write_state(
        "binanceusdm",
        {
            "phase": "filling",
            "fill": {"done": 43, "total": 120},
            "instruments": 120,
            "market": {"kind": "generated", "key": "generated:7", "label": "Not real"},
        },
    )

    html = client.get("/").content.decode()

    assert "43 of 120 pairs" in html
    assert 'class="chart-cell"' not in html


@pytest.mark.usefixtures("market")
def test_body_is_built_anew_when_the_market_changes() -> None:
    before = dashboard.dashboard_body(Layout(), table(), {"phase": "live"})
    same = dashboard.dashboard_body(Layout(), table(), {"phase": "live"})
    moved = table(sequence=2, btc_price=65_433.0)

    after = dashboard.dashboard_body(Layout(), moved, {"phase": "live"})

    assert same is before
    assert "65,433.0" in after


@pytest.mark.usefixtures("market")
def test_pair_that_is_gone_does_not_break_the_page() -> None:
    gone = Layout(charts=(Chart("LUNAUSDT"),))

    body = dashboard.dashboard_body(gone, table(), {"phase": "live"})

    assert "LUNAUSDT" not in body
    assert "BTCUSDT" in body


def closes(number: int, market: models.Market) -> None:
    """Store the closes of so many quarters of an hour before now, 1, 2, 3 …"""
    bitcoin = market.instruments.get(symbol="BTCUSDT")
    newest = AS_OF_MS // STEP_MS * STEP_MS - MINUTE_MS
    for back in range(number):
        models.Candle.objects.create(
            instrument=bitcoin,
            open_time_ms=newest - back * STEP_MS,
            open=1.0,
            high=1.0,
            low=1.0,
            close=float(number - back),
            volume=1.0,
            received_at_ms=AS_OF_MS,
        )


def test_spark_is_the_closes_of_the_quarters_oldest_first(
    market: models.Market,
) -> None:
    closes(4, market)

    lines = sparks.sparks_of(table(), ["BTCUSDT", "ETHUSDT"])

    assert lines["BTCUSDT"] == [1.0, 2.0, 3.0, 4.0]
    assert lines["ETHUSDT"] == []


def test_spark_with_holes_is_read_again_soon(market: models.Market) -> None:
    def at(later_ms: int) -> Table:
        now = AS_OF_MS + later_ms
        return Table(
            "binanceusdm", "generated:7", "", "live", 1, now, ("BTCUSDT",),
            ("price",), np.ones((1, 1)),
        )  # fmt: skip

    assert sparks.sparks_of(at(0), ["BTCUSDT"])["BTCUSDT"] == []
    closes(2, market)

    soon = list(sparks.sparks_of(at(3_000), ["BTCUSDT"])["BTCUSDT"])
    later = sparks.sparks_of(at(6_000), ["BTCUSDT"])["BTCUSDT"]

    assert soon == []
    assert later == [1.0, 2.0]
