"""The record of an alert that is not saved yet, over two days made by hand."""

from concurrent.futures import wait
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import User
from alerts.models import Alert, AlertRevision, Signal
from alerts.services import previews
from alerts.services.signal_records import refresh_one
from alerts.services.signals import save_signal
from markets import snapshots
from markets.models import Candle, Watchlist
from markets.types import MINUTE_MS
from scalpaiboard.lib.clock import now_ms
from tests.alerts.api.conftest import Person
from tests.alerts.services.test_rules import FORM, PRICE
from tests.markets.api.conftest import table
from tests.markets.features.days_by_hand import Columns, time_of, write_two_days

pytestmark = [pytest.mark.usefixtures("market"), pytest.mark.once]


# BTC rises from 100 to 110 each thousand minutes, and falls back after half of them.
def values_at(minute: int) -> Columns:
    price = 110 if minute % 1_000 >= 500 else 100
    names = ("price", "candle_close_1m", "candle_high_1m", "candle_low_1m")
    return dict.fromkeys(names, (price, 5)) | {"candle_volume_1m": (minute, minute)}


@pytest.fixture(scope="module")
def two_days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("past")
    write_two_days(folder, values_at)
    return folder


@pytest.fixture
def on_the_shelf(settings: Settings, two_days: Path) -> None:
    settings.DATA_DIR = two_days


def asked(person: Person, **changes: Any) -> Any:
    answer = person.ask("POST", "alerts/preview", PRICE | changes)
    assert answer.status_code == 200, answer.content
    return answer.json()


def fields(answer: Any) -> list[str]:
    assert answer.status_code == 400, answer.content
    return list(answer.json()["error"]["fields"])


@pytest.mark.usefixtures("on_the_shelf")
def test_a_record_tells_what_an_alert_would_have_done(alice_asks: Person) -> None:
    found = asked(alice_asks, expression="price>105", target_pct=1, stop_pct=2)

    record = found["record"]
    assert found["normal_form"] == "price > 105"
    assert found["words"] == "price above 105"
    assert found["problems"] == []
    assert (record["fires"], record["days"], record["pairs"]) == (3, 2, 1)
    assert record["fires_a_day"] == 1.5
    assert [one["at_ms"] for one in record["fires_list"]] == [
        time_of(minute) for minute in (2_500, 1_500, 500)
    ]
    assert [one["minutes"] for one in record["horizons"]] == [15, 60, 240, 1_440]
    # A quarter of an hour later it stands where it was, each time.
    first = record["horizons"][0]
    assert (first["count"], first["mean"], first["share_up"]) == (3, 0.0, 0.0)
    assert first["low"] == 0.0
    assert first["high"] == pytest.approx(0.5615, abs=1e-4)
    hit = record["hit"]
    assert (hit["target_pct"], hit["stop_pct"], hit["undecided"]) == (1, 2, 3)
    assert record["is_little_data"]
    assert len(record["path_minutes"]) == len(record["fires_list"][0]["path"])
    assert not Alert.objects.exists()


@pytest.mark.usefixtures("on_the_shelf")
def test_a_name_is_not_needed_and_days_limit_the_past(alice_asks: Person) -> None:
    found = asked(alice_asks, name="", expression="price > 105", days=1)

    assert (found["record"]["fires"], found["record"]["days"]) == (2, 1)


@pytest.mark.usefixtures("on_the_shelf")
def test_a_list_and_the_market_are_asked_as_well(
    alice_asks: Person, alice: User
) -> None:
    eth = Watchlist.objects.create(owner=alice, name="Eth", symbols=["ETHUSDT"])

    listed = asked(
        alice_asks, scope="watchlist", watchlist=str(eth.pk), expression="price > 105"
    )
    wide = asked(alice_asks, scope="market", expression="price > 105")

    assert (listed["record"]["fires"], listed["now"]) == (0, None)
    assert listed["record"]["sentence"] == "It would not have fired in this time."
    assert (wide["record"]["fires"], wide["record"]["pairs"]) == (3, 2)
    assert wide["now"]["words"] == "2 of 3 pairs are so now"


def test_the_present_is_told_with_its_distance(alice_asks: Person) -> None:
    near = asked(alice_asks, expression="price > 70000")["now"]
    true = asked(alice_asks, expression="price > 60000")["now"]
    unknown = asked(alice_asks, expression="change_4h > 1")["now"]

    assert near["symbol"] == "BTCUSDT"
    assert near["words"] == "now 65,432.1, 6.98 % away"
    assert near["distance"] == pytest.approx(100 * 4_567.9 / 65_432.1)
    assert true["words"] == "true now"
    assert unknown["words"] == "not known now: change_4h"


def test_without_past_days_the_reason_is_told(
    alice_asks: Person, settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    Candle.objects.all().delete()

    found = asked(alice_asks)

    assert found["record"] is None
    assert found["problems"] == [{"message": "Nothing of the past is stored yet."}]


@pytest.mark.usefixtures("on_the_shelf")
def test_what_is_not_kept_of_the_past_is_told(alice_asks: Person) -> None:
    found = asked(alice_asks, expression="funding_rate > 0")

    assert found["record"] is None
    assert "funding_rate" in found["problems"][0]["message"]


@pytest.mark.usefixtures("on_the_shelf")
def test_what_takes_a_while_is_told_with_its_progress(
    alice_asks: Person, bob_asks: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previews, "_WAIT_S", 0.0)
    body = PRICE | {"form": FORM | {"value": 105}}

    begun = alice_asks.ask("POST", "alerts/preview", body)
    path = f"alerts/preview/{begun.json()['job']}"
    strange = bob_asks.get(path)
    wait(list(previews._desk._running.values()), timeout=60)
    done = alice_asks.get(path)

    assert begun.status_code == 202
    assert 0 <= begun.json()["progress"] <= 1
    for name in ("normal_form", "words", "now"):
        assert begun.json()[name] == done.json()[name]
    assert strange.status_code == 404
    assert done.status_code == 200
    assert done.json()["record"]["fires"] == 3
    assert done.json() == alice_asks.ask("POST", "alerts/preview", body).json()


@pytest.mark.parametrize("job", ["_%06%19%BFy", "a%20b", "%C3%BF", "0" * 300])
def test_a_job_of_no_name_is_not_there(alice_asks: Person, job: str) -> None:
    assert alice_asks.get(f"alerts/preview/{job}").status_code == 404


def test_a_job_that_nobody_asked_for_is_not_there(alice_asks: Person) -> None:
    assert alice_asks.get("alerts/preview/0123456789ab").status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"expression": "chnge_1h > 1"}, "expression"),
        ({"form": {"metric": "price"}}, "form.operator"),
        ({"days": 0}, "days"),
        ({"target_pct": 0}, "target_pct"),
        ({"stop_pct": 100}, "stop_pct"),
        ({"symbol": "NOPEUSDT"}, "symbol"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_typed_wrong_is_named(
    alice_asks: Person, on_the_shelf: None, changes: dict[str, Any], field: str
) -> None:
    refused = alice_asks.ask("POST", "alerts/preview", PRICE | changes)

    assert fields(refused) == [field]


def test_a_minute_is_explained(alice_asks: Person, alice: User) -> None:
    at_ms = now_ms() // MINUTE_MS * MINUTE_MS
    newest = replace(table("closed"), as_of_ms=at_ms)
    snapshots.write_table(newest)
    alice_asks.ask("POST", "alerts", PRICE)
    AlertRevision.objects.update(since_ms=0)
    question = {"alert": Alert.objects.get().pk, "symbol": "btcusdt", "at": at_ms + 7}

    found = alice_asks.get("alerts/explain", **question).json()

    assert (found["reason"], found["at_ms"]) == ("false", at_ms)
    assert found["nearest"]["value"] == 65_432.1
    assert found["nearest"]["distance"] == pytest.approx(4_567.9)
    assert found["explanation"]["text"] == "price > 70000"
    assert (found["missing"], found["episode"]) == ([], None)


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ({"symbol": "BTCUSDT", "at": 1}, "alert"),
        ({"alert": 1, "signal": "x", "symbol": "BTCUSDT", "at": 1}, "alert"),
        ({"signal": "flat_1m", "at": 1}, "symbol"),
        ({"signal": "flat_1m", "symbol": "BTCUSDT"}, "at"),
        ({"signal": "flat_1m", "symbol": "BTCUSDT", "at": "now"}, "at"),
        ({"signal": "flat_1m", "symbol": "BTCUSDT", "at": 1}, "at"),
    ],
)
def test_a_wrong_question_about_a_minute_is_named(
    alice_asks: Person, question: dict[str, Any], field: str
) -> None:
    assert field in fields(alice_asks.get("alerts/explain", **question))


def test_only_ones_own_alerts_and_known_signals_are_explained(
    alice_asks: Person, bob_asks: Person
) -> None:
    alice_asks.ask("POST", "alerts", PRICE)
    question = {"symbol": "BTCUSDT", "at": now_ms()}

    its = bob_asks.get("alerts/explain", alert=Alert.objects.get().pk, **question)
    none = bob_asks.get("alerts/explain", signal="nope", **question)

    assert (its.status_code, none.status_code) == (404, 404)


@pytest.mark.usefixtures("on_the_shelf")
def test_signals_have_the_record_of_the_stored_days(stranger_asks: Person) -> None:
    steep, other = Signal.objects.order_by("pk")[:2]
    steep.expression, steep.leaves_out_stable = "price > 105", False
    save_signal(steep)
    Signal.objects.exclude(pk__in=[steep.pk, other.pk]).update(is_enabled=False)

    measured = [refresh_one(table("closed")) for _ in range(3)]
    rules = stranger_asks.get("signals/rules").json()["rules"]

    assert measured == [steep, other, None]
    record_of = {one["slug"]: one["record"] for one in rules}
    assert record_of[steep.slug]["fires"] == 3
    assert record_of[other.slug]["fires"] == 0
    assert [one for one in record_of.values() if one is None] == [None] * 14
    steep.expression = "price > 1000"
    save_signal(steep)
    assert refresh_one(table("closed")) == steep
