"""Alerts while parts of the product are killed: each episode once, none told anew."""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from markets.types import MINUTE_MS
from scripts.run_tests import DATABASE_URL, find_postgresql, find_redis
from tests.conftest import ROOT
from tests.fakes.http_server import FakeServer, Reply
from tests.faults.alerts_child import PAIRS
from tests.faults.test_feed_killed import manage
from tests.faults.topologies import InProcesses, OneProcess, Topology

SPEED = 20
REDIS_URL = os.environ.get("FAULTS_REDIS_URL", "redis://127.0.0.1:6379/12")

type Opened = tuple[int, int, int | None]

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1_800)]


@pytest.fixture
def exchange() -> Iterator[dict[str, str]]:
    """Run a simulated exchange faster than life; its addresses as settings."""
    command = manage("simulate_exchange", f"--pairs={PAIRS}", f"--speed={SPEED}")
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout
        said = json.loads(process.stdout.readline())
        yield {
            "BINANCE_USDM_REST_URL": said["rest"],
            "BINANCE_USDM_STREAM_URL": said["stream"],
        }
        process.kill()


@pytest.fixture
def receiver() -> Iterator[FakeServer]:
    with FakeServer() as fake:
        yield fake


def test_a_board_that_is_killed_tells_every_episode_once(
    tmp_path: Path, exchange: dict[str, str], receiver: FakeServer, *, long_form: bool
) -> None:
    board = OneProcess(tmp_path, exchange)
    with stopped(board):
        torment(board, receiver, kills=25 if long_form else 2)


def test_roles_that_are_killed_tell_every_episode_once(
    tmp_path: Path, exchange: dict[str, str], receiver: FakeServer, *, long_form: bool
) -> None:
    if not long_form:
        pytest.skip("Parts on servers are killed by make faults.")
    if reason := find_postgresql() or find_redis():
        pytest.skip(f"Left out: {reason}")
    with database() as url:
        servers = {"DATABASE_URL": url, "REDIS_URL": REDIS_URL, "SECRET_KEY": "x" * 50}
        roles = InProcesses(tmp_path, exchange | servers)
        # The market of an earlier run was hours ahead.
        roles.kills()["broker's memory"]()
        with stopped(roles):
            torment(roles, receiver, kills=25)


@contextmanager
def stopped(product: Topology) -> Iterator[None]:
    try:
        yield
    finally:
        product.stop()


@contextmanager
def database() -> Iterator[str]:
    """Make a database of its own, which is gone afterwards."""
    name = f"scalpaiboard_faults_{uuid4().hex[:12]}"
    with psycopg.connect(DATABASE_URL, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield f"{DATABASE_URL.rpartition('/')[0]}/{name}"
        finally:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
            server.execute(drop.format(sql.Identifier(name)))


def torment(product: Topology, receiver: FakeServer, *, kills: int) -> None:
    since_ms = make_alerts(product, receiver)
    chance = random.Random()  # noqa: S311 - picks moments
    sealed: dict[str, int] = {}
    for _ in range(kills):
        receiver.faults += chance.choices([Reply(503), "cut"], k=2)
        time.sleep(chance.uniform(3.0, 7.0))
        name, kill = chance.choice(list(product.kills().items()))
        kill()
        sys.stdout.write(f"\nKilled: {name}")
        note_sealed(product, receiver, sealed)
        product.start()
    reached = evaluated(product)
    # By then what was missed last has been repaired, and asked.
    product.until(lambda: evaluated(product) > reached + 6 * MINUTE_MS)
    product.stop()

    found = product.ask("report", since_ms)

    states = dict(found["deliveries"])
    counts = requests_by_key(receiver)
    tell(found, counts)
    due, there = found["due"], found["found"]
    assert [one for one in due if not any(is_one(some, one) for some in there)] == []
    assert [one for one in there if not any(is_one(one, some) for some in due)] == []
    assert len(due) > 20
    assert {len(told) for told in found["told"]} == {1}
    assert set(states.values()) <= {"delivered", "owed", "claimed"}
    assert {key for key, count in sealed.items() if counts[key] != count} == set()
    delivered = {key for key, state in states.items() if state == "delivered"}
    assert delivered <= counts.keys() <= states.keys()


def make_alerts(product: Topology, receiver: FakeServer) -> int:
    """Start a product that tells many alerts; return from when on it must."""
    product.manage("migrate", "-v0", "--skip-checks")
    product.start()
    listed = "SELECT count(*) FROM markets_instrument"
    product.until(lambda: product.rows(listed) == [(PAIRS,)])
    product.ask("prepare", f"{receiver.url}/hook")
    product.until(lambda: evaluated(product) > 0)
    # From the second close on it is certain what was true before.
    since_ms = evaluated(product) + 2 * MINUTE_MS
    product.until(lambda: evaluated(product) > since_ms)
    return since_ms


def is_one(found: Opened, due: Opened) -> bool:
    """
    Whether one began while the other went on, for the same rule.

    A candle that came late moves an end, or a beginning, to when it was noticed.
    """
    (number, opened_ms, closed_ms), (other, due_ms, over_ms) = found, due
    return number == other and (
        opened_ms <= due_ms < (closed_ms or due_ms + 1)
        or due_ms <= opened_ms < (over_ms or opened_ms + 1)
    )


def tell(found: dict[str, Any], counts: Counter[str]) -> None:
    again = sum(count - 1 for count in counts.values())
    states = Counter(state for _, state in found["deliveries"])
    sys.stdout.write(
        f"\n{len(found['found'])} episodes, {found['events']} events, "
        f"{sum(counts.values())} requests of {len(counts)} messages, "
        f"{again} of them again; {dict(states)}\n"
    )


# What is recorded as delivered by now may not come a further time.
def note_sealed(
    product: Topology, receiver: FakeServer, sealed: dict[str, int]
) -> None:
    rows = product.rows("SELECT id FROM alerts_delivery WHERE state = 'delivered'")
    counts = requests_by_key(receiver)
    for (key,) in rows:
        sealed.setdefault(str(UUID(str(key))), counts[str(UUID(str(key)))])


def evaluated(product: Topology) -> int:
    rows = product.rows(
        "SELECT evaluated_ms FROM alerts_evaluation WHERE clock = 'closed'"
    )
    return int(rows[0][0]) if rows else 0


def requests_by_key(receiver: FakeServer) -> Counter[str]:
    return Counter(one.headers["idempotency-key"] for one in list(receiver.received))
