"""From a closed table to stored episodes: once each, whatever runs twice."""

from accounts.models import User
from alerts.models import (
    Alert,
    Episode,
    EpisodeEvent,
    Evaluation,
    RuleChange,
    Signal,
    Suppression,
)
from alerts.pipeline.evaluate import doubtful, evaluate_closed
from alerts.types import Reason
from markets import snapshots
from markets.types import MINUTE_MS
from tests.alerts.stage import MARKET_KEY, START_MS, Stage, make_alert, other_process

NAN = float("nan")


def phases() -> list[tuple[str, str, int]]:
    """Return pair, phase and minute of every event, in order."""
    events = EpisodeEvent.objects.order_by("id")
    return [
        (one.symbol, one.phase, (one.at_ms - START_MS) // MINUTE_MS) for one in events
    ]


def test_an_episode_opens_at_the_edge_and_closes_when_it_is_over(
    stage: Stage, alice: User
) -> None:
    make_alert(alice, "price > 101")

    for price in (100, 102, 103, 99):
        stage.btc(price)

    assert phases() == [("BTCUSDT", "open", 2), ("BTCUSDT", "close", 4)]
    episode = Episode.objects.get()
    assert (episode.price, episode.metric, episode.value) == (102, "price", 102)
    assert (episode.owner, episode.rule_name) == (alice, "An alert")
    assert episode.closed_ms == stage.at_ms


def test_asking_a_close_twice_changes_nothing(stage: Stage, alice: User) -> None:
    make_alert(alice, "price > 101")
    stage.btc(100)
    stage.btc(102)

    assert evaluate_closed() == []
    other_process()
    assert evaluate_closed() == []
    assert phases() == [("BTCUSDT", "open", 2)]


def test_another_process_goes_on_where_the_first_one_stopped(
    stage: Stage, alice: User
) -> None:
    make_alert(alice, "price > 101")
    make_alert(alice, "price > 101 and change_1h > 0", name="Two parts")
    make_alert(alice, "price > 101 and change_1h > 0", name="Wide", scope="market")

    for price in (100, NAN, 102, 103, 99, 105):
        other_process()
        stage.close(price=[price] * 5, change_1h=[1.0] * 5)

    opened = Episode.objects.values_list("rule_name", "symbol", "opened_ms")
    minute: dict[str, set[tuple[str, int]]] = {
        name: set() for name in ("An alert", "Two parts", "Wide")
    }
    for name, symbol, opened_ms in opened:
        minute[name].add((symbol, (opened_ms - START_MS) // MINUTE_MS))
    assert minute["An alert"] == {("BTCUSDT", 3), ("BTCUSDT", 6)}
    assert minute["Two parts"] == minute["An alert"]
    assert len(minute["Wide"]) == 10


def test_a_new_alert_is_asked_at_the_next_close_in_any_process(
    stage: Stage, alice: User
) -> None:
    stage.btc(100)
    first = make_alert(alice, "price > 101")

    stage.btc(102)
    other_process()
    second = make_alert(alice, "price > 102.5")
    stage.btc(103)

    opened = set(Episode.objects.values_list("alert_id", "opened_ms"))
    assert opened == {
        (first.pk, START_MS + 2 * MINUTE_MS),
        (second.pk, START_MS + 3 * MINUTE_MS),
    }


def test_what_is_true_when_an_alert_is_made_does_not_open(
    stage: Stage, alice: User
) -> None:
    stage.btc(105)
    make_alert(alice, "price > 101")

    stage.btc(106)
    assert phases() == []
    stage.btc(100)
    stage.btc(107)
    assert phases() == [("BTCUSDT", "open", 4)]


def test_a_paused_alert_is_asked_no_more(stage: Stage, alice: User) -> None:
    alert = make_alert(alice, "price > 101")
    stage.btc(100)
    Alert.objects.update(is_active=False)
    RuleChange.objects.create(number=alert.number)

    stage.btc(105)

    assert phases() == []


def test_what_comes_true_in_the_cool_down_waits_and_then_opens(
    stage: Stage, alice: User
) -> None:
    alert = make_alert(alice, "price > 101", cool_down_minutes=5)

    for price in (100, 102, 100, 102, 102, 102, 102, 102):
        other_process()
        stage.btc(price)

    assert phases() == [
        ("BTCUSDT", "open", 2),
        ("BTCUSDT", "close", 3),
        ("BTCUSDT", "open", 7),
    ]
    held = Suppression.objects.get()
    assert (held.rule_number, held.reason) == (alert.number, Reason.COOL_DOWN)
    assert held.at_ms == START_MS + 4 * MINUTE_MS
    assert held.due_ms == held.ended_ms == START_MS + 7 * MINUTE_MS


def test_what_waits_and_becomes_false_never_opens(stage: Stage, alice: User) -> None:
    make_alert(alice, "price > 101", cool_down_minutes=5)

    for price in (100, 102, 100, 102, 100, 100, 100, 100):
        stage.btc(price)

    assert phases() == [("BTCUSDT", "open", 2), ("BTCUSDT", "close", 3)]
    assert Suppression.objects.get().ended_ms == START_MS + 5 * MINUTE_MS


def test_an_alert_that_speaks_once_is_finished(stage: Stage, alice: User) -> None:
    alert = make_alert(alice, "price > 101", mode="once")

    for price in (100, 102, 100, 102):
        stage.btc(price)

    alert.refresh_from_db()
    assert phases() == [("BTCUSDT", "open", 2)]
    assert alert.finished_at is not None
    assert not alert.is_active
    assert not Episode.objects.filter(closed_ms=None).exists()


def test_three_false_closes_end_what_asks_for_three(stage: Stage, alice: User) -> None:
    make_alert(alice, "price > 101", false_closes=3)

    for price in (100, 102, 100, 100, NAN, 102, 100, 100, 100):
        other_process()
        stage.btc(price)

    assert phases() == [("BTCUSDT", "open", 2), ("BTCUSDT", "close", 9)]


def test_a_condition_of_its_own_ends_an_episode(stage: Stage, alice: User) -> None:
    make_alert(alice, "price > 101", closes_when="price < 99")

    for price in (100, 102, 100, 98):
        stage.btc(price)

    assert phases() == [("BTCUSDT", "open", 2), ("BTCUSDT", "close", 4)]


def test_a_new_extreme_escalates_the_same_episode(stage: Stage, alice: User) -> None:
    make_alert(alice, "price > 101", escalate_step=5.0)

    for price in (100, 102, 106, 107, 108, 112):
        stage.btc(price)

    assert phases() == [
        ("BTCUSDT", "open", 2),
        ("BTCUSDT", "escalate", 4),
        ("BTCUSDT", "escalate", 6),
    ]
    assert Episode.objects.get().escalations == 2


def test_a_longer_timeframe_is_asked_at_its_own_closes(
    stage: Stage, alice: User
) -> None:
    make_alert(alice, "price > 101", timeframe="5m")
    first = -(START_MS // MINUTE_MS) % 5
    closes_of_5m = [minute for minute in range(1, 16) if minute % 5 == first]

    for minute in range(1, 16):
        stage.btc(102 if minute == closes_of_5m[1] else 100)

    assert phases() == [
        ("BTCUSDT", "open", closes_of_5m[1]),
        ("BTCUSDT", "close", closes_of_5m[2]),
    ]
    opened_ms = EpisodeEvent.objects.get(phase="open").candle_open_ms
    assert opened_ms == START_MS + (closes_of_5m[1] - 5) * MINUTE_MS


def test_a_watchlist_and_the_whole_market_are_asked_pair_by_pair(
    stage: Stage, alice: User
) -> None:
    make_alert(alice, "change_1h > 2", scope="market", symbol="")

    stage.close(change_1h=[1, 1, 1, NAN, 3])
    stage.close(change_1h=[3, 1, 3, 3, 3])

    assert phases() == [("BTCUSDT", "open", 2), ("ETHUSDT", "open", 2)]


def test_a_close_that_another_worker_stored_is_left_alone(
    stage: Stage, alice: User
) -> None:
    make_alert(alice, "price > 101")
    stage.btc(100)
    Evaluation.objects.update(evaluated_ms=stage.at_ms + 10 * MINUTE_MS)

    assert stage.btc(105) == []
    assert phases() == []


def test_closes_that_were_missed_are_asked_in_order_and_are_late(
    stage: Stage, alice: User
) -> None:
    make_alert(alice, "price > 101")
    stage.btc(100)

    for price in (102, 102, 100):
        stage.skip(price=[price] * 5)
    stage.btc(103)

    assert phases() == [
        ("BTCUSDT", "open", 2),
        ("BTCUSDT", "close", 4),
        ("BTCUSDT", "open", 5),
    ]
    first, second = Episode.objects.order_by("opened_ms")
    assert (first.is_late, first.delay_ms) == (True, 3 * MINUTE_MS + 300)
    assert (second.is_late, second.delay_ms) == (False, 300)


def test_live_rules_are_asked_each_second_and_only_they(
    stage: Stage, alice: User
) -> None:
    make_alert(alice, "price > 101", clock="live")
    make_alert(alice, "price > 101", name="On the close")
    at_ms = START_MS + 500

    for number, price in enumerate((100, 102, 103, 99)):
        stage.second(at_ms + number * 1_000, price=[price] * 5)

    assert [(one.phase, one.at_ms) for one in EpisodeEvent.objects.all()] == [
        ("open", START_MS + 1_000),
        ("close", START_MS + 3_000),
    ]
    assert Episode.objects.get().clock == "live"


def test_a_live_rule_that_flickers_opens_and_ends_once_a_minute(
    stage: Stage, alice: User
) -> None:
    make_alert(alice, "price > 101", clock="live", escalate_step=1.0)
    prices = (100, 102, 103, 104, 99, 102, 99, 102, 99)
    first_ms = START_MS + 1_000

    for number, price in enumerate((*prices, *prices)):
        other_process()
        stage.second(first_ms + number * 6_000, price=[price] * 5)

    seconds = [
        (one.phase, (one.at_ms - first_ms) // 6_000)
        for one in EpisodeEvent.objects.order_by("at_ms")
    ]
    # The sixty-first second begins with the tenth price.
    assert seconds == [
        ("open", 1),
        ("escalate", 2),
        ("close", 4),
        ("open", 10),
        ("escalate", 11),
        ("close", 13),
    ]


def test_what_a_live_rule_ends_twice_in_a_minute_is_told_once(
    stage: Stage, alice: User
) -> None:
    make_alert(alice, "price > 101", clock="live")
    at_ms = START_MS + 58_000

    for price in (100, 102, 102, 99, 102, 99):
        at_ms += 1_000
        stage.second(at_ms, price=[price] * 5)

    ends = EpisodeEvent.objects.filter(phase="close")
    assert Episode.objects.exclude(closed_ms=None).count() == 2
    assert [one.at_ms - START_MS for one in ends] == [62_000]


def test_the_first_alert_of_all_begins_with_the_last_close(
    stage: Stage, alice: User
) -> None:
    Signal.objects.update(is_enabled=False)
    stage.btc(100)
    stage.btc(100)
    make_alert(alice, "price > 101 and price < 200")

    stage.btc(102)

    assert phases() == [("BTCUSDT", "open", 3)]


def test_closes_of_a_feed_that_fetches_the_past_are_asked_once_it_has_it(
    stage: Stage, alice: User
) -> None:
    make_alert(alice, "price > 101")
    stage.btc(100)
    state = {"market": {"key": MARKET_KEY}, "venue": "binanceusdm"}
    snapshots.write_state("binanceusdm", state | {"whole_from_ms": None})

    assert stage.btc(102) == []
    assert doubtful() is None
    snapshots.write_state("binanceusdm", state | {"whole_from_ms": stage.at_ms})
    evaluate_closed(lambda: stage.at_ms)

    assert phases() == [("BTCUSDT", "open", 2)]
    first_ms = START_MS + (1 - 15) * MINUTE_MS
    assert doubtful() == ("binanceusdm", MARKET_KEY, [first_ms])
    assert doubtful() is None


def test_what_another_process_left_is_asked_once_more(
    stage: Stage, alice: User
) -> None:
    make_alert(alice, "price > 101")
    stage.btc(100)
    stage.btc(100)
    assert doubtful() is None

    other_process()
    stage.btc(102)

    first_ms = START_MS + (2 - 15) * MINUTE_MS
    assert doubtful() == ("binanceusdm", MARKET_KEY, [first_ms])


def test_a_feed_that_cannot_fetch_the_past_is_asked_in_the_end(
    stage: Stage, alice: User
) -> None:
    make_alert(alice, "price > 101")
    stage.btc(100)
    state = {"market": {"key": MARKET_KEY}, "venue": "binanceusdm"}
    snapshots.write_state("binanceusdm", state | {"whole_from_ms": None})

    for _ in range(11):
        stage.btc(102)

    assert [phase for _, phase, _ in phases()] == ["open"]
