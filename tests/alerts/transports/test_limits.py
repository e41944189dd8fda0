import sys
import threading
from collections.abc import Iterator

import pytest
from django.conf import settings as django_settings

from alerts.transports.limits import Limits, Windows, WindowsHere, WindowsInRedis, take
from alerts.types import DestinationKind

pytestmark = pytest.mark.servers

TELEGRAM = DestinationKind.TELEGRAM
EVERY_KIND = [one for one in DestinationKind if one != DestinationKind.IN_APP]


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.ms = 1_700_000_000_000

    def __call__(self) -> int:
        return self.ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


# In one process, and where the run has a Redis, in many.
@pytest.fixture
def windows() -> Windows:
    if django_settings.REDIS_URL:
        return WindowsInRedis(django_settings.REDIS_URL)
    return WindowsHere()


@pytest.fixture
def limits(windows: Windows, clock: Clock) -> Limits:
    return Limits(windows, clock_ms=clock)


def test_a_second_message_to_a_chat_waits_for_the_rest_of_its_second(
    limits: Limits, clock: Clock
) -> None:
    assert limits.take(TELEGRAM, "7") == 0
    clock.ms += 400
    assert limits.take(TELEGRAM, "7") == pytest.approx(0.6)
    assert limits.take(TELEGRAM, "8") == 0

    clock.ms += 600
    assert limits.take(TELEGRAM, "7") == 0


def test_a_message_that_waits_takes_no_place(limits: Limits, clock: Clock) -> None:
    limits.take(TELEGRAM, "7")
    for _ in range(100):
        assert limits.take(TELEGRAM, "7") > 0

    assert [limits.take(TELEGRAM, str(chat)) for chat in range(100, 129)] == [0] * 29
    assert limits.take(TELEGRAM, "999") == 1
    clock.ms += 1_000
    assert limits.take(TELEGRAM, "7") == 0


def test_no_second_of_all_chats_has_more_than_thirty(
    limits: Limits, clock: Clock
) -> None:
    sent_ms = []
    for chat in range(400):
        clock.ms += 7
        while limits.take(TELEGRAM, str(chat)):
            clock.ms += 7
        sent_ms.append(clock.ms)

    gaps = [
        later - earlier for earlier, later in zip(sent_ms, sent_ms[30:], strict=False)
    ]
    assert min(gaps) >= 1_000
    assert min(gaps) < 1_050


@pytest.mark.parametrize("chat", ["-100777", "@a_channel"])
def test_a_group_takes_twenty_a_minute(limits: Limits, clock: Clock, chat: str) -> None:
    for _ in range(20):
        assert limits.take(TELEGRAM, chat) == 0
        clock.ms += 1_000

    assert limits.take(TELEGRAM, chat) == 40
    clock.ms += 40_000
    assert limits.take(TELEGRAM, chat) == 0
    assert limits.take(TELEGRAM, chat) == 1


def test_a_webhook_of_discord_takes_five_in_two_seconds(limits: Limits) -> None:
    waits = [limits.take(DestinationKind.DISCORD, "one") for _ in range(6)]

    assert waits == [0, 0, 0, 0, 0, 2]


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_way_out_has_an_end(limits: Limits, kind: DestinationKind) -> None:
    waits = [limits.take(kind, "one") for _ in range(50)]

    assert waits[0] == 0
    assert waits[-1] > 0
    assert limits.take(kind, "another") == 0


def test_the_app_itself_has_none(limits: Limits) -> None:
    assert [limits.take(DestinationKind.IN_APP, "") for _ in range(99)] == [0] * 99


@pytest.fixture
def restless_threads() -> Iterator[None]:
    """Let threads change places as often as Python can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("restless_threads")
def test_threads_do_not_share_a_place(limits: Limits) -> None:
    waits: list[float] = []
    start = threading.Barrier(8)

    def ask() -> None:
        start.wait()
        waits.extend(limits.take(DestinationKind.DISCORD, "one") for _ in range(20))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert waits.count(0) == 5


def test_processes_count_together(windows: Windows, clock: Clock) -> None:
    if not django_settings.REDIS_URL:
        pytest.skip("One process counts by itself; REDIS_URL is not set.")
    one = Limits(windows, clock_ms=clock)
    other = Limits(WindowsInRedis(django_settings.REDIS_URL), clock_ms=clock)

    assert one.take(TELEGRAM, "7") == 0
    assert other.take(TELEGRAM, "7") == 1


def test_the_windows_that_are_over_are_forgotten(clock: Clock) -> None:
    windows = WindowsHere()
    limits = Limits(windows, clock_ms=clock)
    for number in range(30_000):
        limits.take(DestinationKind.EMAIL, f"{number}@example.org")
        clock.ms += 1

    assert len(windows._sent) <= 10_001


def test_the_board_counts_where_its_settings_say() -> None:
    address = "of-the-board"

    assert take(DestinationKind.EMAIL, address) == 0
    assert 0 < take(DestinationKind.EMAIL, address) <= 1
