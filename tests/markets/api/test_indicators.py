"""Indicators along a pair's candles, over REST."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from django.test import Client
from pytest_django import Settings

from markets import models, snapshots
from markets.candle_indicators import kept_histories
from markets.engine.catalogue import COLUMNS
from markets.engine.indicators.along import CHARTED, GROUPS
from markets.exchange_desk import desk
from markets.types import MINUTE_MS
from tests.markets.api.conftest import AS_OF_MS, table
from tests.markets.engine.indicators.oracle import (
    OF_PRICE,
    OF_VOLUME,
    talib_figures,
)

pytestmark = pytest.mark.usefixtures("market")
PATH = "/api/coins/BTCUSDT/candles"
FIELDS = ("open", "high", "low", "close", "volume")


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    kept_histories.clear()
    yield
    kept_histories.clear()


def ask(client: Client, **parameters: Any) -> Any:
    answer = client.get(PATH, parameters)
    assert answer.status_code == 200, answer.content
    return answer.json()


def columns(candles: list[dict[str, Any]]) -> np.ndarray:
    return np.array([[float(one[name]) for one in candles] for name in FIELDS])


def forming_table(**cells: float) -> None:
    """Publish a live table that is one minute further than the store."""
    live = table("live", sequence=2)
    values = live.values.copy()
    given = {"event_time": AS_OF_MS + 5_000.0, **cells}
    for name, value in given.items():
        values[COLUMNS.index(name), 0] = value
    snapshots.write_table(replace(live, values=values, as_of_ms=AS_OF_MS + 5_000))


@pytest.mark.usefixtures("simulator")
def test_every_indicator_of_a_short_tail_is_what_talib_says_of_a_long_past(
    client: Client,
) -> None:
    past = ask(client, reach="exchange", limit=1_500, end=AS_OF_MS)["candles"]
    theirs = talib_figures(columns(past))
    names = [name for name in CHARTED if name in theirs]

    ours = ask(
        client, reach="exchange", limit=5, end=AS_OF_MS, indicators=",".join(names)
    )

    assert [one["open_time"] for one in ours["candles"]] == [
        AS_OF_MS - back * MINUTE_MS for back in range(5, 0, -1)
    ]
    for name in names:
        values, expected = np.array(ours["indicators"][name]), theirs[name][-5:]
        if name in OF_VOLUME:  # they count from where the history begins
            values, expected = np.diff(values), np.diff(expected)
        size = float(past[-1]["close"]) if name in OF_PRICE else 1.0
        # What 1,500 candles leave of the beginning of an average of 200 is seen.
        loose = 1e-5 if name in {"ema_200", "kama_10"} else 1e-8
        np.testing.assert_allclose(
            values, expected, rtol=loose, atol=1e-8 * size, err_msg=name
        )


@pytest.mark.usefixtures("simulator")
def test_values_do_not_depend_on_how_many_candles_are_asked_for(
    client: Client,
) -> None:
    names = "ema_21,rsi_14,macd,adx,bb,stoch"
    given = {"reach": "exchange", "end": AS_OF_MS, "indicators": names}

    few, many = ask(client, limit=3, **given), ask(client, limit=400, **given)

    assert list(few["indicators"]) == [
        part for name in names.split(",") for part in GROUPS.get(name, (name,))
    ]
    for name, values in few["indicators"].items():
        assert values == pytest.approx(
            many["indicators"][name][-3:], rel=1e-7, abs=1e-6
        )
        assert len(many["indicators"][name]) == len(many["candles"]) == 400


@pytest.mark.usefixtures("simulator")
def test_before_its_warm_up_an_indicator_is_null(client: Client) -> None:
    listed = AS_OF_MS - 30 * MINUTE_MS
    models.Instrument.objects.filter(symbol="BTCUSDT").update(
        listed_at=datetime.fromtimestamp(listed / 1_000, tz=UTC)
    )

    answer = ask(
        client, reach="exchange", limit=100, end=AS_OF_MS, indicators="ema_21,ema_50"
    )

    values = answer["indicators"]["ema_21"]
    assert len(values) == 30
    assert values[:20] == [None] * 20
    assert None not in values[20:]
    assert answer["indicators"]["ema_50"] == [None] * 30
    assert answer["has_older"] is False


def test_candle_being_formed_is_the_live_tables(client: Client) -> None:
    forming_table(
        candle_open_1m=65_432.1, candle_high_1m=65_440.0, candle_low_1m=65_430.0,
        candle_close_1m=65_433.0, candle_volume_1m=4.0, obv_1m=1_000.0,
    )  # fmt: skip

    answer = ask(client, limit=2, indicators="obv,sma_20")

    last = answer["candles"][-1]
    assert (last["open_time"], last["close"]) == (AS_OF_MS, "65433.0")
    assert last["is_closed"] is False
    # The level is the table's, and 4 were added since the candle before.
    assert answer["indicators"]["obv"] == [996.0, 1_000.0]
    assert answer["indicators"]["sma_20"] == [None, None]


def test_candle_of_which_the_store_lacks_the_one_before_is_not_told(
    client: Client,
) -> None:
    forming_table(
        event_time=AS_OF_MS + 70_000.0,
        candle_open_1m=1.0, candle_high_1m=1.0, candle_low_1m=1.0,
        candle_close_1m=1.0, candle_volume_1m=1.0,
    )  # fmt: skip
    live = snapshots.read_table("binanceusdm", "live")
    snapshots.write_table(replace(live, sequence=3, as_of_ms=AS_OF_MS + 70_000))

    answer = ask(client, limit=5, indicators="obv")

    assert [one["close"] for one in answer["candles"]] == ["65000.0", "65432.1"]


@pytest.mark.usefixtures("simulator")
def test_newest_values_need_the_exchange_once(
    client: Client, settings: Settings
) -> None:
    given = {"reach": "exchange", "limit": 3, "indicators": "rsi_14"}
    first = ask(client, **given)
    settings.BINANCE_USDM_REST_URL = "http://127.0.0.1:9"
    desk.close()
    snapshots.write_table(table("live", sequence=9))

    again = ask(client, **given)
    desk.close()

    assert again["indicators"] == first["indicators"]
    assert None not in first["indicators"]["rsi_14"]


@pytest.mark.parametrize(
    ("given", "right"),
    [
        ("ema_22", "did you mean 'ema_21'?"),
        ("rsi_14,bbb", "did you mean 'bb'?"),
        ("candle_open", "indicators is 'candle_open'"),
    ],
)
def test_unknown_indicator_is_named_with_what_would_be_right(
    client: Client, given: str, right: str
) -> None:
    answer = client.get(PATH, {"indicators": given})

    error = answer.json()["error"]
    assert (answer.status_code, list(error["fields"])) == (400, ["indicators"])
    assert right in error["message"]


def test_tail_of_a_chart_has_an_allowance_of_its_own(client: Client) -> None:
    tail = client.get(PATH, {"limit": "3", "indicators": "rsi_14"})
    whole = client.get(PATH, {"limit": "300", "indicators": "rsi_14"})

    assert tail["X-RateLimit-Limit"] == "20000"
    assert int(whole["X-RateLimit-Limit"]) < 20_000
