"""Asking past days over REST."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client
from pytest_django import Settings

from markets import models, snapshots
from markets.engine.catalogue import COLUMNS
from markets.engine.table import Table
from markets.features.columns import DAY_MINUTES
from tests.markets.engine.markets_by_hand import BTC
from tests.markets.features.days_by_hand import (
    FIRST_MS,
    Columns,
    time_of,
    write_two_days,
)

ADDRESS = "/api/expressions/history"
pytestmark = pytest.mark.usefixtures("market")


# BTC's price is the number of the minute; ETH's is unknown each tenth minute.
def values_at(minute: int) -> Columns:
    return {
        "price": (minute, np.nan if minute % 10 == 0 else 5),
        "change_1h": (minute % 2, 0),
    }


@pytest.fixture(scope="module")
def two_days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("past")
    write_two_days(folder, values_at)
    return folder


@pytest.fixture(autouse=True)
def on_the_shelf(settings: Settings, two_days: Path) -> None:
    settings.DATA_DIR = two_days


def asked(client: Client, **question: str | int) -> Any:
    answer = client.get(ADDRESS, question)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_episodes_are_told_with_their_counts(client: Client) -> None:
    answer = asked(client, where="100 <= price < 1500")

    assert answer["where"] == "100 <= price < 1500"
    assert (answer["from"], answer["to"]) == (FIRST_MS, time_of(2 * DAY_MINUTES))
    assert answer["episodes"] == [
        {"symbol": BTC, "start": time_of(100), "end": time_of(1_500), "is_open": False}
    ]
    assert answer["pairs"] == [
        {
            "symbol": BTC,
            "episodes": 1,
            "true_minutes": 1_400,
            "unknown_minutes": 0,
            "minutes": 2_880,
        }
    ]
    assert answer["truth"] is None
    assert answer["missing_days"] == answer["outdated_days"] == []


def test_one_pair_is_told_minute_by_minute(client: Client) -> None:
    answer = asked(
        client, where="price == 5", symbol="ethusdt", to=time_of(20), limit=1
    )

    spans = [(one["start"], one["end"], one["value"]) for one in answer["truth"]]
    assert spans == [
        (time_of(1), time_of(10), True),
        (time_of(10), time_of(11), None),
        (time_of(11), time_of(20), True),
        (time_of(20), time_of(21), None),
    ]
    assert (answer["total"], answer["pages"], len(answer["episodes"])) == (2, 2, 1)


def test_pages_follow_each_other(client: Client) -> None:
    pages = [
        asked(client, where="change_1h > 0", page=page, limit=1_000)
        for page in (1, 2, 3)
    ]

    starts = [one["start"] for page in pages for one in page["episodes"]]
    assert starts == [time_of(minute) for minute in range(1, 2_880, 2)]
    assert pages[2]["episodes"] == []


def test_what_looks_back_reaches_over_midnight(client: Client) -> None:
    answer = asked(client, where="prev(price, 30) == 1430", **{"from": time_of(1_440)})

    assert [one["start"] for one in answer["episodes"]] == [time_of(1_460)]


def test_days_that_are_not_held_are_named(client: Client) -> None:
    answer = asked(
        client, where="price > 0", to=time_of(10), **{"from": time_of(-1_440)}
    )

    assert answer["missing_days"] == ["2023-11-14"]


@pytest.mark.parametrize(
    ("question", "status", "sentence"),
    [
        ({}, 400, "is empty"),
        ({"where": "prices > 0"}, 400, "did you mean"),
        ({"where": "funding_rate > 0"}, 400, "is not kept of past days"),
        ({"where": "price > 0", "from": 9, "to": 9}, 400, "must lie after"),
        ({"where": "price > 0", "from": 0, "to": 2_764_800_000}, 400, "31 days apart"),
        ({"where": "price > 0", "from": 0, "to": 60_000}, 404, "No day of this range"),
        ({"where": "price > 0", "symbol": "NOUSDT"}, 404, "No stored day has a pair"),
    ],
)
def test_a_mistake_is_told(
    client: Client, question: dict[str, str | int], status: int, sentence: str
) -> None:
    answer = client.get(ADDRESS, question)

    assert answer.status_code == status
    assert sentence in answer.json()["error"]["message"]


def test_a_market_without_days_says_so(client: Client, market: models.Market) -> None:
    values = np.full((len(COLUMNS), 1), 1.0)
    snapshots.write_table(
        Table("binanceusdm", "live", "", "closed", 1, FIRST_MS, (BTC,), COLUMNS, values)
    )

    answer = client.get(ADDRESS, {"where": "price > 0"})

    assert answer.status_code == 404
    assert "No past day is stored yet" in answer.json()["error"]["message"]


def test_health_tells_what_is_kept(client: Client, settings: Settings) -> None:
    kept = client.get("/api/health").json()["parts"][-1]
    settings.DATA_DIR = settings.DATA_DIR / "elsewhere"
    empty = client.get("/api/health").json()["parts"][-1]

    assert kept["name"] == "past days"
    assert "2 past days take 0.0 of 10 GB; the newest is 2023-11-16." in kept["message"]
    assert (empty["status"], empty["message"]) == ("ok", "No past day is kept yet.")
