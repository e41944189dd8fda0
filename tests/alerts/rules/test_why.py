from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from alerts.rules.nearest import Nearest, Shortfall
from alerts.rules.why import Circumstances, sentence
from alerts.types import Clock, Reason

MINUTE_MS = 60_000
DAY_MS = 86_400_000
AT_MS = int(datetime(2026, 11, 21, 14, 5, tzinfo=UTC).timestamp() * 1_000)


def lacking(subject: str, sign: str, value: float, limit: float) -> Shortfall:
    return Shortfall(f"{subject} {sign} {limit}", subject, sign, value, limit)


def near(one: Shortfall, false: int = 1, parts: int = 1) -> Nearest:
    return Nearest(one, false, false, parts)


@pytest.mark.parametrize(
    ("reason", "more", "words"),
    [
        (Reason.FIRED, {}, "Fired at 14:05 UTC."),
        (Reason.STILL_OPEN, {"opened_ms": AT_MS - 15 * MINUTE_MS},
         "Not at 14:05 UTC: the episode that began at 13:50 UTC was still open."),
        (Reason.STILL_OPEN, {"opened_ms": AT_MS - DAY_MS},
         ("Not at 14:05 UTC: the episode that began at 2026-11-20 14:05 UTC was still "
         "open.")),
        (Reason.COOL_DOWN,
         {"opened_ms": AT_MS - 4 * MINUTE_MS, "until_ms": AT_MS + MINUTE_MS},
         ("Not at 14:05 UTC: it fired at 14:01 UTC, and the cool-down lasts until "
         "14:06 UTC.")),
        (Reason.FALSE,
         {"nearest": near(lacking("change_1h", ">=", 1.32, 1.6), 2, 8)},
         ("Not at 14:05 UTC: change_1h was 1.32 %, 0.28 below the 1.6 that is asked; "
         "2 of 8 parts were false.")),
        (Reason.UNKNOWN, {"missing": ("rsi_14_1h",)},
         "Not at 14:05 UTC: rsi_14_1h was not known."),
        (Reason.UNKNOWN, {"missing": ("rsi_14_1h", "prev(change_1h, 5)")},
         "Not at 14:05 UTC: rsi_14_1h and prev(change_1h, 5) were not known."),
        (Reason.UNKNOWN, {"missing": tuple("abcdefg")},
         "Not at 14:05 UTC: a, b, c, d, e and 2 others were not known."),
        (Reason.UNKNOWN, {}, "Not at 14:05 UTC: a division by zero has no value."),
        (Reason.STALE, {"age_ms": 3 * MINUTE_MS},
         "Not at 14:05 UTC: the newest data was 3 min old."),
        (Reason.QUIET_HOURS, {"until_ms": AT_MS + 17 * 60 * MINUTE_MS},
         ("It was true at 14:05 UTC, but in your quiet hours, which last until "
         "2026-11-22 07:05 UTC.")),
        (Reason.LIMIT, {"limit": 20},
         ("It was true at 14:05 UTC, but 20 messages had been sent within the hour, "
         "which is the limit.")),
        (Reason.DISABLED, {}, "Not at 14:05 UTC: it was switched off."),
        (
            Reason.DISABLED,
            {"is_there": False},
            "Not at 14:05 UTC: it was not made yet.",
        ),
        (Reason.DELIVERY_FAILED,
         {"destination": "My phone", "error": "The chat is gone."},
         ("Fired at 14:05 UTC, but My phone did not take the message: The chat is "
         "gone.")),
    ],
)  # fmt: skip
def test_a_reason_is_said_in_a_sentence_with_its_numbers(
    reason: Reason, more: dict[str, object], words: str
) -> None:
    assert sentence(reason, Circumstances(AT_MS, **more)) == words  # type: ignore[arg-type]


@pytest.mark.parametrize("reason", Reason)
def test_each_reason_has_a_sentence_though_nothing_else_is_known(
    reason: Reason,
) -> None:
    words = sentence(reason, Circumstances(AT_MS))

    assert words[0].isupper()
    assert words.endswith(".")
    assert "None" not in words
    assert "14:05 UTC" in words


@pytest.mark.parametrize(
    ("shortfall", "words"),
    [
        (lacking("price", ">", 64_120.5, 65_000),
         "price was 64,120.5, 879.5 below the 65,000 that is asked"),
        (lacking("change_1h", ">=", 1.5999, 1.6),
         "change_1h was 1.59990 %, 0.00010 below the 1.6 that is asked"),
        (lacking("change_1h", "<=", -0.5, -0.7),
         "change_1h was −0.50 %, 0.20 above the −0.7 that is asked"),
        (lacking("quote_volume_1h", ">=", 412_345.6, 500_000),
         "quote_volume_1h was 412,346, 87,654 below the 500,000 that is asked"),
        (lacking("price", ">", 2_000, 2_000),
         "price was 2,000.0, and has to be above 2,000"),
        (lacking("consecutive_up_5m", "!=", 3, 3),
         "consecutive_up_5m was 3 candles, and has to be anything else"),
        (Shortfall("x", "candle_close_1h", ">", 100.0, 104.0, "ema_21_1h"),
         "candle_close_1h was 100.0, 4.0 below ema_21_1h (104.0)"),
        (Shortfall("x", "price", "<=", 2_010.0, 2_000.0, "", is_past=True),
         "price was 2,010.0, above 2,000 already, and has to come back to cross it"),
        (Shortfall('symbol == "A"'), 'symbol == "A" was false'),
        (Shortfall("a + " * 30), f"{('a + ' * 30)[:60]}… was false"),
    ],
)  # fmt: skip
def test_a_part_says_how_far_it_was_from_being_true(
    shortfall: Shortfall, words: str
) -> None:
    around = Circumstances(AT_MS, price_decimals=1, nearest=near(shortfall))

    assert sentence(Reason.FALSE, around) == f"Not at 14:05 UTC: {words}."


def test_one_false_part_of_several_is_counted() -> None:
    around = Circumstances(AT_MS, nearest=near(Shortfall("x"), 1, 3))

    assert sentence(Reason.FALSE, around).endswith("; 1 of 3 parts was false.")


def test_a_live_rule_is_told_to_the_second_by_the_persons_clock() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    around = Circumstances(AT_MS + 7_000, clock=Clock.LIVE, zone=berlin)

    assert sentence(Reason.FIRED, around) == "Fired at 15:05:07 CET."
