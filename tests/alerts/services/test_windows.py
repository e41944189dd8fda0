from datetime import timedelta

import pytest

from accounts.models import User
from alerts.models import Alert, Delivery, RuleChange
from alerts.services.rules import create_alert
from alerts.services.windows import refresh_windows
from alerts.typed import iso
from markets.models import Screen, Watchlist
from markets.screen_choice import ScreenChoice
from markets.services.watchlists import change_watchlist, delete_watchlist
from markets.watchlist_content import WatchlistContent
from scalpaiboard.lib.clock import now
from tests.alerts.services.test_rules import PRICE, episode, made

pytestmark = pytest.mark.usefixtures("market")


@pytest.fixture
def majors(alice: User) -> Watchlist:
    return Watchlist.objects.create(owner=alice, name="Majors", symbols=["BTCUSDT"])


@pytest.fixture
def liquid(alice: User) -> Screen:
    choice = ScreenChoice(expression="quote_volume_1d > 1000000").plain()
    return Screen.objects.create(owner=alice, name="Liquid", choice=choice)


def on_majors(alice: User, majors: Watchlist) -> Alert:
    return made(alice, scope="watchlist", watchlist=str(majors.pk))


def on_liquid(alice: User, liquid: Screen) -> Alert:
    return made(alice, scope="screen", screen=str(liquid.pk))


def test_an_alert_starts_and_ends_at_its_times(alice: User) -> None:
    start, end = now() + timedelta(hours=1), now() + timedelta(hours=2)
    alert = made(alice, starts_at=iso(start), expires_at=iso(end))

    asked = []
    for at in (now(), start, end):
        refresh_windows(at)
        alert.refresh_from_db()
        asked.append(alert.is_active)

    assert asked == [False, True, False]
    assert RuleChange.objects.filter(number=alert.pk).count() == 3


def test_looking_again_at_the_times_changes_nothing(alice: User) -> None:
    made(alice)
    end = now() + timedelta(hours=1)
    made(alice, expires_at=iso(end))

    assert (refresh_windows(end), refresh_windows(end)) == (1, 0)


def test_what_was_opened_while_its_alert_ended_is_closed(alice: User) -> None:
    alert = made(alice, is_enabled=False)
    left = episode(alert)
    going = episode(made(alice))

    refresh_windows(now())

    left.refresh_from_db()
    going.refresh_from_db()
    assert left.closed_ms is not None
    assert going.closed_ms is None


def test_an_alert_follows_the_pairs_of_its_list(alice: User, majors: Watchlist) -> None:
    alert = on_majors(alice, majors)

    change_watchlist(majors, WatchlistContent.of({"symbols": ["ETHUSDT"]}))

    after = Alert.objects.get()
    assert after.version != alert.version
    revision = after.revisions.latest("since_ms", "pk")
    assert revision.definition["symbols"] == ["ETHUSDT"]
    assert RuleChange.objects.filter(number=alert.pk).count() == 2


def test_another_name_of_a_list_leaves_its_alerts_open(
    alice: User, majors: Watchlist
) -> None:
    alert = on_majors(alice, majors)
    going = episode(alert)

    change_watchlist(majors, WatchlistContent.of({"name": "Large"}))

    going.refresh_from_db()
    assert (Alert.objects.get().version, going.closed_ms) == (alert.version, None)


def test_an_alert_is_paused_with_its_list_and_its_owner_told(
    alice: User, majors: Watchlist
) -> None:
    on_majors(alice, majors)

    delete_watchlist(majors)

    alert = Alert.objects.get()
    assert (alert.is_enabled, alert.is_active) == (False, False)
    told = Delivery.objects.get(owner=alice)
    assert told.content["text"] == (
        "The watchlist that the alert 'Bitcoin high' watches is gone, so it is paused."
    )


def test_an_alert_follows_the_expression_of_its_screen(
    alice: User, liquid: Screen
) -> None:
    on_liquid(alice, liquid)

    liquid.choice = ScreenChoice(expression="quote_volume_1d > 5").plain()
    liquid.save()

    assert Alert.objects.get().watched == "quote_volume_1d > 5 and price > 70000"


def test_an_alert_is_paused_that_goes_together_with_its_screen_no_more(
    alice: User, liquid: Screen
) -> None:
    long = " or ".join(f"price > {number}" for number in range(60))
    create_alert(
        alice.pk,
        PRICE | {"scope": "screen", "screen": str(liquid.pk), "expression": long},
    )

    liquid.choice = ScreenChoice(expression=long).plain()
    liquid.save()

    assert not Alert.objects.get().is_active
    assert Delivery.objects.filter(owner=alice).count() == 1


def test_an_alert_is_paused_with_its_screen(alice: User, liquid: Screen) -> None:
    on_liquid(alice, liquid)

    liquid.delete()

    assert not Alert.objects.get().is_active


def test_a_person_goes_with_lists_screens_and_alerts(
    alice: User, majors: Watchlist, liquid: Screen
) -> None:
    on_majors(alice, majors)
    on_liquid(alice, liquid)

    alice.delete()

    assert not Alert.objects.exists()
    assert not Delivery.objects.exists()
