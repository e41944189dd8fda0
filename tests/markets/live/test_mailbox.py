import json

import pytest

from markets.live.mailbox import MAX_REPLIES, Mailbox
from markets.live.updates import Update
from tests.markets.live.tables import HeldClock


@pytest.fixture
def mailbox(clock: HeldClock) -> Mailbox:
    return Mailbox(clock_s=clock)


def ticks(seq: int, **rows: float) -> Update:
    items: dict[str | int, bytes] = {
        symbol: json.dumps([symbol, price]).encode() for symbol, price in rows.items()
    }
    return Update("ticks", seq, b'{"as_of":%d,"rows":[' % seq, items, b"]}")


async def taken(mailbox: Mailbox) -> dict[str, object]:
    text = await mailbox.take()
    assert text is not None
    frame: dict[str, object] = json.loads(text)
    return frame


async def test_a_quick_client_gets_every_change_as_it_was(mailbox: Mailbox) -> None:
    frames = []

    for seq in (1, 2):
        mailbox.put_update(ticks(seq, BTCUSDT=float(seq)))
        frames.append(await taken(mailbox))

    assert [frame["seq"] for frame in frames] == [1, 2]
    assert "from_seq" not in frames[1]
    assert mailbox.conflated == 0


async def test_a_slow_client_gets_the_newest_row_of_every_pair_in_one_frame(
    mailbox: Mailbox,
) -> None:
    mailbox.put_update(ticks(1, BTCUSDT=1.0, ETHUSDT=1.0))
    mailbox.put_update(ticks(2, BTCUSDT=2.0))
    mailbox.put_update(ticks(3, BTCUSDT=3.0, XRPUSDT=3.0))

    frame = await taken(mailbox)

    assert (frame["from_seq"], frame["seq"]) == (1, 3)
    assert frame["data"] == {
        "as_of": 3,
        "rows": [["BTCUSDT", 3.0], ["ETHUSDT", 1.0], ["XRPUSDT", 3.0]],
    }
    assert mailbox.conflated == 2


async def test_a_merged_candle_keeps_the_order_of_time(mailbox: Mailbox) -> None:
    forming: dict[str | int, bytes] = {1_700_000_060_000: b"[2]"}
    closed: dict[str | int, bytes] = {1_700_000_000_000: b"[1]"}
    mailbox.put_update(Update("candles.X.1m", 1, b"[", forming, b"]"))
    mailbox.put_update(Update("candles.X.1m", 2, b"[", closed, b"]"))

    assert (await taken(mailbox))["data"] == [[1], [2]]


async def test_the_frames_of_one_change_are_the_same_text_for_everyone() -> None:
    boxes = [Mailbox(clock_s=HeldClock()) for _ in range(2)]
    update = ticks(1, BTCUSDT=1.0)

    for box in boxes:
        box.put_update(update)

    assert await boxes[0].take() is await boxes[1].take()


async def test_a_snapshot_replaces_the_older_changes_that_wait(
    mailbox: Mailbox,
) -> None:
    mailbox.put_update(ticks(1, BTCUSDT=1.0))
    mailbox.put_snapshot("ticks", '{"seq": 2}')
    mailbox.put_snapshot("ticks", '{"seq": 3}')
    mailbox.put_update(ticks(4, BTCUSDT=4.0))

    assert [(await taken(mailbox))["seq"] for _ in range(2)] == [3, 4]


async def test_one_topic_does_not_conflate_another(mailbox: Mailbox) -> None:
    mailbox.put_update(ticks(1, BTCUSDT=1.0))
    mailbox.put_update(Update("feed", 1, b"{}"))

    topics = [(await taken(mailbox))["topic"] for _ in range(2)]

    assert topics == ["ticks", "feed"]
    assert mailbox.conflated == 0


async def test_a_frame_under_way_counts_as_stalled_until_the_next_is_taken(
    mailbox: Mailbox, clock: HeldClock
) -> None:
    for seq in (1, 2):
        mailbox.put_reply("one")
        await mailbox.take()
        clock.now_s += 61 * seq

    stalled_s = mailbox.stalled_s()
    mailbox.put_reply("next")
    await mailbox.take()

    assert stalled_s == 122
    assert mailbox.stalled_s() == 0


async def test_a_closed_mailbox_sends_its_replies_and_then_ends(
    mailbox: Mailbox,
) -> None:
    mailbox.put_update(ticks(1, BTCUSDT=1.0))
    mailbox.put_reply("bye")
    mailbox.close()
    mailbox.put_update(ticks(2, BTCUSDT=2.0))

    assert [await mailbox.take(), await mailbox.take()] == ["bye", None]


async def test_a_client_that_asks_and_never_reads_is_given_up(
    mailbox: Mailbox,
) -> None:
    for _ in range(MAX_REPLIES + 1):
        mailbox.put_reply("pong")

    assert mailbox.abandoned.is_set()
