import pytest
from django.conf import settings
from django.test import Client

from markets import snapshots
from scalpaiboard.lib.clock import now_ms
from tests.markets.live.tables import table

pytestmark = pytest.mark.django_db


def publish(*, age_s: float, phase: str = "live") -> None:
    snapshots.write_state(
        settings.VENUE,
        {
            "phase": phase,
            "published_at_ms": now_ms() - int(age_s * 1_000),
            "instruments": 300,
            "fill": {"done": 7, "total": 300},
            "problems": [],
        },
    )


def test_the_process_is_alive_without_a_feed(client: Client) -> None:
    answer = client.get("/healthz")

    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_board_is_ready_with_a_feed_that_speaks(client: Client) -> None:
    publish(age_s=1)

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert set(answer.json()["parts"]) == {"database", "cache", "broker", "feed"}


def test_the_board_is_not_ready_before_the_feed_has_started(client: Client) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert "not started" in answer.json()["parts"]["feed"]


def test_the_board_is_not_ready_with_a_feed_that_fell_silent(client: Client) -> None:
    publish(age_s=60)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert "silent for 60 s" in answer.json()["parts"]["feed"]


def test_the_board_is_not_ready_before_there_is_a_table(client: Client) -> None:
    publish(age_s=1, phase="filling")

    before = client.get("/readyz")
    snapshots.write_table(table({"BTCUSDT": 65_000.0}))
    after = client.get("/readyz")

    assert before.status_code == 503
    assert before.json()["parts"]["feed"] == (
        "The feed is filling: 7 of 300 pairs. There is no table of the market yet."
    )
    assert after.status_code == 200


def test_what_is_not_there_yet_leaves_no_line_in_the_log(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    assert client.get("/api/coins").status_code == 503
    assert client.get("/readyz").status_code == 503

    assert caplog.messages == []


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_a_probe_is_read_only(client: Client, address: str) -> None:
    assert client.post(address).status_code == 405
