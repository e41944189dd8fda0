"""What the indicators of several timeframes say of a pair, over REST."""

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from markets import snapshots
from markets.engine.catalogue import COLUMNS
from tests.markets.api.conftest import table

pytestmark = pytest.mark.usefixtures("market")
PATH = "/api/coins/BTCUSDT/analysis"


def publish(clock: str, **cells: float) -> None:
    made = table(clock, sequence=2)
    values = made.values.copy()
    for name, value in cells.items():
        values[COLUMNS.index(name), 0] = value
    snapshots.write_table(replace(made, values=values))


def ask(client: Client, **parameters: Any) -> Any:
    answer = client.get(PATH, parameters)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_analysis_counts_what_says_up_and_down_with_the_numbers(
    client: Client,
) -> None:
    publish("live", ema_21_1h=65_000.04, rsi_14_1h=75.0, mfi_14_1h=50.0)

    answer = ask(client, timeframes="1h")

    hour = answer["timeframes"]["1h"]
    summary = hour["summary"]
    assert (summary["up"], summary["down"], summary["neutral"]) == (1, 1, 1)
    assert summary["unknown"] == 10
    assert hour["metrics"]["ema_21_1h"] == "65000.0"
    assert hour["metrics"]["ema_50_1h"] is None
    assert [(one["side"], one["metrics"]) for one in summary["findings"]] == [
        ("up", {"price": "65432.1", "ema_21_1h": "65000.0"}),
        ("down", {"rsi_14_1h": 75.0}),
        ("neutral", {"mfi_14_1h": 50.0}),
    ]
    assert "Wilder" in summary["findings"][1]["source"]


def test_analysis_reads_the_clock_that_is_asked_for(client: Client) -> None:
    publish("live", rsi_14_1h=75.0)
    publish("closed", rsi_14_1h=25.0)

    live, closed = ask(client), ask(client, clock="closed")

    assert list(live["timeframes"]) == ["15m", "1h", "4h", "1d"]
    assert live["timeframes"]["1h"]["summary"]["down"] == 1
    assert closed["timeframes"]["1h"]["summary"]["up"] == 1


def test_analysis_of_an_unknown_timeframe_is_refused_by_name(client: Client) -> None:
    answer = client.get(PATH, {"timeframes": "15m,1hr"})

    error = answer.json()["error"]
    assert answer.status_code == 400
    assert "did you mean '1h'?" in error["fields"]["timeframes"][0]


def test_analysis_of_an_unknown_pair_is_not_found(client: Client) -> None:
    answer = client.get("/api/coins/BTCUSD/analysis")

    assert answer.status_code == 404
    assert "did you mean 'BTCUSDT'?" in answer.json()["error"]["message"]
