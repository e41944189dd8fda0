from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from alerts.rules.messages import (
    LONGEST_MESSAGE,
    Facts,
    Held,
    default_message,
    digest_message,
    render,
    summary_message,
)
from alerts.types import Clock, Phase, Reason

AT_MS = int(datetime(2026, 11, 21, 14, 15, tzinfo=UTC).timestamp() * 1_000)
LINK = "https://board.example/symbol/BTCUSDT/"
FACTS = Facts(
    name="Hot",
    pair="BTCUSDT",
    phase=Phase.OPEN,
    clock=Clock.CLOSED,
    timeframe="15m",
    at_ms=AT_MS,
    price=65_432.1,
    price_decimals=1,
    metric="rsi_14_15m",
    value=71.26,
    metrics={"change_1h": 1.618, "quote_volume_1h": 84_230_000.0},
    link=LINK,
)


def test_an_opening_says_what_where_when_and_that_it_is_confirmed() -> None:
    assert default_message(FACTS) == (
        "Hot: BTCUSDT 65,432.1, +1.62 % in 1h\n"
        "RSI 14 15m 71.3\n"
        "2026-11-21 14:15 UTC, on the close of 15m\n"
        f"{LINK}"
    )


@pytest.mark.parametrize(
    ("phase", "start"),
    [
        (Phase.ESCALATE, "Hot goes further: BTCUSDT 65,432.1"),
        (Phase.REMIND, "Hot is still true: BTCUSDT 65,432.1"),
        (Phase.CLOSE, "Hot is over: BTCUSDT 65,432.1"),
    ],
)
def test_each_phase_has_words_of_its_own(phase: Phase, start: str) -> None:
    assert default_message(replace(FACTS, phase=phase)).startswith(start)


def test_a_rule_of_the_price_says_it_once() -> None:
    facts = replace(FACTS, metric="price", value=65_432.1)

    assert default_message(facts).count("65,432.1") == 1


def test_a_live_one_is_labelled_as_not_confirmed_to_the_second() -> None:
    facts = replace(FACTS, clock=Clock.LIVE, at_ms=AT_MS + 7_000)

    assert "2026-11-21 14:15:07 UTC, live, not confirmed" in default_message(facts)


def test_a_late_one_says_how_late() -> None:
    assert "\nlate by 3 min\n" in default_message(replace(FACTS, late_ms=180_000))


def test_what_must_be_said_is_said_whatever_the_template() -> None:
    facts = replace(FACTS, clock=Clock.LIVE, late_ms=60_000)

    assert render("Buy {pair}", facts) == (
        "Buy BTCUSDT\nlive, not confirmed\nlate by 1 min"
    )
    assert render("{when} {late}", facts).count("late by 1 min") == 1


def test_times_are_said_by_the_persons_own_clock() -> None:
    facts = replace(FACTS, zone=ZoneInfo("Europe/Berlin"))

    assert "2026-11-21 15:15 CET" in default_message(facts)


@pytest.mark.parametrize(
    ("template", "line"),
    [
        ("{pair} at {price}", "BTCUSDT at 65,432.1"),
        ("{quote_volume_1h}", "84.2\N{NARROW NO-BREAK SPACE}M"),
        ("{metric} {value} {phase}", "RSI 14 15m 71.3 came true"),
        ("{change_5m}", "–"),
        ("{{pair}} {pair}", "{pair} BTCUSDT"),
        ("{{{pair}}}", "{BTCUSDT}"),
        ("{gone_metric} {pair", "{gone_metric} {pair"),
        ("{price.real} {price:>9}", "{price.real} {price:>9}"),
    ],
)
def test_fields_are_filled_in_and_nothing_else(template: str, line: str) -> None:
    assert render(template, FACTS).splitlines()[0] == line


def test_empty_lines_are_those_that_a_person_wrote() -> None:
    assert render("{late}\na\n\n{late} {link}\nb", replace(FACTS, link="")) == (
        "a\n\nb\non the close of 15m"
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("{price} {0.__class__}", "{price} {0.__class__}"),
        ("%s %(pair)s $pair", "%s %(pair)s $pair"),
        ("two\nlines\t!", "two lines !"),
        ("\u202eturned\u200b", "turned"),
        ("<b>*_bold_*</b>", "<b>*_bold_*</b>"),
    ],
)
def test_a_name_is_said_as_it_is_and_never_read_as_a_template(
    name: str, said: str
) -> None:
    assert render("{name}!", replace(FACTS, name=name)).splitlines()[0] == f"{said}!"


def test_a_message_is_cut_before_it_is_too_long_and_still_says_its_label() -> None:
    long = render("{name}" * 166, replace(FACTS, name="x" * 80))

    assert len(long) < LONGEST_MESSAGE + 100
    assert long.endswith("…\non the close of 15m")


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_template_and_any_name_make_a_message(template: str, name: str) -> None:
    message = render(template, replace(FACTS, name=name))

    assert message.endswith("on the close of 15m")


def test_many_pairs_become_one_message_with_the_top_ones() -> None:
    other = replace(FACTS, pair="ETHUSDT", price=3_000.0, metrics={"change_1h": -2.0})

    assert summary_message([FACTS, other], 5) == (
        "Hot: 5 pairs\n"
        "BTCUSDT 65,432.1, +1.62 % in 1h\n"
        "ETHUSDT 3,000.0, −2.00 % in 1h\n"
        "and 3 others\n"
        "2026-11-21 14:15 UTC, on the close of 15m"
    )


def test_a_late_summary_says_so() -> None:
    late = replace(FACTS, late_ms=120_000)

    assert summary_message([late], 4).endswith("late by 2 min")


def test_a_digest_says_what_was_held_back_by_rule() -> None:
    held = [Held("Hot", f"P{number}USDT") for number in range(7)]
    held += [Held("Hot", "P0USDT"), Held("Cold\n", "BTCUSDT")]

    assert digest_message(held, Reason.LIMIT, link=LINK) == (
        "9 messages were held back by the limit of an hour:\n"
        "8 × Hot: P0USDT, P1USDT, P2USDT, P3USDT, P4USDT and 2 others\n"
        "1 × Cold: BTCUSDT\n"
        f"{LINK}"
    )


def test_a_digest_of_many_rules_names_the_most_frequent() -> None:
    held = [Held(f"Rule {number}", "BTCUSDT") for number in range(12)]

    lines = digest_message(held, Reason.QUIET_HOURS).splitlines()

    assert lines[0] == "12 messages were held back in quiet hours:"
    assert len(lines) == 12
    assert lines[-1] == "and 2 other alerts"
