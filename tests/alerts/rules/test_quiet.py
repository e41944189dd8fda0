from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, given, strategies as st

from alerts.rules.quiet import QuietHours

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE_MS = 60_000
ZONES = (
    "UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Asia/Tokyo",
    "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Casablanca",
)  # fmt: skip


def quiet(start: str, end: str, zone: ZoneInfo = BERLIN) -> QuietHours:
    return QuietHours(minutes(start), minutes(end), zone)


def minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1_000)


@pytest.mark.parametrize(
    ("moment", "is_quiet"),
    [
        ("2026-06-10 11:59", False),
        ("2026-06-10 12:00", True),
        ("2026-06-10 12:59:59.999", True),
        ("2026-06-10 13:00", False),
    ],
)
def test_hours_of_a_day_are_quiet_from_their_start_up_to_their_end(
    moment: str, is_quiet: bool
) -> None:
    # Berlin is two hours ahead in summer.
    assert quiet("14:00", "15:00").covers(utc(moment)) is is_quiet


@pytest.mark.parametrize(
    ("moment", "is_quiet", "ends"),
    [
        ("2026-01-10 20:59", False, "2026-01-10 20:59"),
        ("2026-01-10 21:00", True, "2026-01-11 06:00"),
        ("2026-01-11 05:59", True, "2026-01-11 06:00"),
        ("2026-01-11 06:00", False, "2026-01-11 06:00"),
        ("2026-01-11 21:30", True, "2026-01-12 06:00"),
    ],
)
def test_a_night_is_quiet_across_midnight(
    moment: str, is_quiet: bool, ends: str
) -> None:
    night = quiet("22:00", "07:00")

    assert night.covers(utc(moment)) is is_quiet
    assert night.end_after(utc(moment)) == utc(ends)


# In Berlin 2026 the clock leaps from 02:00 to 03:00 on 29 March (01:00 UTC) and
# goes back from 03:00 to 02:00 on 25 October (01:00 UTC).
@pytest.mark.parametrize(
    ("hours", "starts", "ends"),
    [
        (("22:00", "07:00"), "2026-03-28 21:00", "2026-03-29 05:00"),
        (("01:30", "02:30"), "2026-03-29 00:30", "2026-03-29 01:00"),
        (("02:30", "04:00"), "2026-03-29 01:00", "2026-03-29 02:00"),
        (("22:00", "07:00"), "2026-10-24 20:00", "2026-10-25 06:00"),
        (("23:00", "02:30"), "2026-10-24 21:00", "2026-10-25 01:30"),
        (("02:30", "04:00"), "2026-10-25 00:30", "2026-10-25 03:00"),
        (("02:15", "02:45"), "2026-10-25 00:15", "2026-10-25 01:45"),
    ],
)
def test_a_night_in_which_the_clock_is_changed_is_one_stretch(
    hours: tuple[str, str], starts: str, ends: str
) -> None:
    night = quiet(*hours)
    first, last = utc(starts), utc(ends) - MINUTE_MS

    assert not night.covers(first - MINUTE_MS)
    assert all(night.covers(at) for at in range(first, last + 1, MINUTE_MS))
    assert night.end_after(first) == night.end_after(last) == utc(ends)
    assert not night.covers(utc(ends))


def test_hours_that_the_clock_leaps_over_are_not_there_that_day() -> None:
    leapt = quiet("02:15", "02:45")

    assert not any(
        leapt.covers(at)
        for at in range(utc("2026-03-29 00:00"), utc("2026-03-29 03:00"), MINUTE_MS)
    )
    assert leapt.covers(utc("2026-03-30 00:30"))


@pytest.mark.parametrize(("start", "end"), [(60, 60), (-1, 60), (0, 1440)])
def test_hours_that_are_none_are_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        QuietHours(start, end, BERLIN)


@given(
    st.integers(0, 1_439),
    st.integers(0, 1_439),
    st.sampled_from(ZONES),
    st.integers(utc("2025-01-01"), utc("2027-01-01")),
)
def test_the_end_is_the_first_moment_that_is_not_quiet(
    start: int, end: int, zone: str, at_ms: int
) -> None:
    assume(start != end and zone in available_timezones())
    hours = QuietHours(start, end, ZoneInfo(zone))

    ends_ms = hours.end_after(at_ms)

    assert not hours.covers(ends_ms)
    assert hours.covers(at_ms) == (ends_ms > at_ms)
    if ends_ms > at_ms:
        assert hours.covers(ends_ms - 1)
        assert all(hours.covers(at) for at in range(at_ms, ends_ms, 7 * MINUTE_MS))
