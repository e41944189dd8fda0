from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from alerts.models import Delivery, Destination, Episode, Signal, SignalChoice
from alerts.services.notifications import tell_in_app
from tests.alerts.api.conftest import Person
from tests.alerts.rows import an_alert, an_episode

pytestmark = pytest.mark.usefixtures("market")


def fired(slug: str, **more: Any) -> Episode:
    found = {"market_key": "generated:7", "symbol": "BTCUSDT"} | more
    return an_episode(Signal.objects.get(slug=slug), **found)


def symbols(person: Person, **question: Any) -> list[str]:
    found = person.get("signals", **question).json()["signals"]
    return [one["symbol"] for one in found]


def test_anyone_may_see_what_signals_found(stranger_asks: Person) -> None:
    one = fired("pioneer_bull", metric="change_5m", value=1.25)

    (found,) = stranger_asks.get("signals").json()["signals"]

    assert (found["id"], found["side"], found["words"]) == (
        one.pk,
        "bull",
        "change 5m +1.25 %",
    )
    assert found["rule"]["slug"] == "pioneer_bull"
    assert "deliveries" not in found


def test_signals_are_asked_by_pair_kind_side_and_time(stranger_asks: Person) -> None:
    fired("pioneer_bull", symbol="A", opened_ms=5)
    fired("pioneer_bear", symbol="B", opened_ms=6)
    fired("bull_whale", symbol="C", opened_ms=7)

    assert symbols(stranger_asks) == ["C", "B", "A"]
    assert symbols(stranger_asks, symbol="a") == ["A"]
    assert symbols(stranger_asks, type="bull_whale") == ["C"]
    assert symbols(stranger_asks, side="bear") == ["B"]
    assert symbols(stranger_asks, since=6) == ["C", "B"]
    assert symbols(stranger_asks, limit=1) == ["C"]
    assert stranger_asks.get("signals", limit=1_001).status_code == 400


def test_alerts_are_no_signals(stranger_asks: Person, alice: User) -> None:
    an_episode(an_alert(alice), market_key="generated:7")

    assert symbols(stranger_asks) == []


def test_the_rules_say_what_they_are_and_how_often_they_fired(
    stranger_asks: Person,
) -> None:
    fired("pioneer_bull")
    fired("pioneer_bull", symbol="ETHUSDT", opened_ms=5)

    rules = stranger_asks.get("signals/rules").json()["rules"]

    assert len(rules) == 16
    (pioneer,) = (one for one in rules if one["slug"] == "pioneer_bull")
    assert (pioneer["fired_24h"], pioneer["tripped"], pioneer["chosen"]) == (
        1,
        "",
        None,
    )
    assert pioneer["words"].startswith("change 5m at least 1 %")


def test_the_rules_cost_few_questions(
    alice_asks: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    alice_asks.ask("PUT", "signals/rules/pioneer_bull/choice", {"destinations": []})

    with django_assert_num_queries(6):
        alice_asks.get("signals/rules")


def test_a_person_chooses_a_signal_and_leaves_it(
    alice_asks: Person, bob_asks: Person, phone: Destination
) -> None:
    path = "signals/rules/pioneer_bull/choice"
    wanted = {"destinations": [str(phone.pk)]}

    def chosen(person: Person) -> Any:
        rules = person.get("signals/rules").json()["rules"]
        return next(one["chosen"] for one in rules if one["slug"] == "pioneer_bull")

    assert alice_asks.ask("PUT", path, wanted).json() == wanted
    assert (chosen(alice_asks), chosen(bob_asks)) == (wanted, None)
    assert alice_asks.ask("PUT", path, {"destinations": []}).status_code == 200
    assert alice_asks.ask("DELETE", path).status_code == 204
    assert chosen(alice_asks) is None


def test_a_choice_needs_a_signal_and_ones_own_destinations(
    bob_asks: Person, stranger_asks: Person, phone: Destination
) -> None:
    body = {"destinations": [str(phone.pk)]}

    codes = [
        bob_asks.ask("PUT", "signals/rules/pioneer_bull/choice", body).status_code,
        bob_asks.ask("PUT", "signals/rules/nope/choice", {}).status_code,
        stranger_asks.ask("PUT", "signals/rules/pioneer_bull/choice", {}).status_code,
        stranger_asks.ask("DELETE", "signals/rules/pioneer_bull/choice").status_code,
    ]

    assert codes == [400, 404, 403, 403]
    assert not SignalChoice.objects.exists()


def test_a_person_reads_what_they_were_told(
    alice_asks: Person, bob_asks: Person, alice: User
) -> None:
    for number in range(3):
        tell_in_app(alice.pk, key=f"k{number}", title=f"T{number}", text="", link="/")
    first = Delivery.objects.get(key="k0")

    told = alice_asks.get("notifications", limit=2).json()
    one = alice_asks.ask("POST", "notifications/read", {"ids": [str(first.pk)]}).json()
    rest = alice_asks.get("notifications", unread=1).json()
    all_ = alice_asks.ask("POST", "notifications/read", {"all": True}).json()

    assert [item["title"] for item in told["notifications"]] == ["T2", "T1"]
    assert told["unread"] == 3
    assert one == {"read": 1, "unread": 2}
    assert [item["title"] for item in rest["notifications"]] == ["T2", "T1"]
    assert all_ == {"read": 2, "unread": 0}
    assert bob_asks.get("notifications").json() == {"notifications": [], "unread": 0}


def test_what_another_was_told_stays_unread(bob_asks: Person, alice: User) -> None:
    told = tell_in_app(alice.pk, key="k", title="T", text="", link="/")

    bob_asks.ask("POST", "notifications/read", {"ids": [str(told.pk)]})
    bob_asks.ask("POST", "notifications/read", {"all": True})

    told.refresh_from_db()
    assert told.read_at is None


@pytest.mark.parametrize(
    "body", [{}, {"all": False}, {"ids": 7}, {"ids": [], "all": True}, {"some": 1}, []]
)
def test_what_is_no_list_of_notifications_is_refused(
    alice_asks: Person, body: object
) -> None:
    assert alice_asks.ask("POST", "notifications/read", body).status_code == 400


def test_a_link_to_the_board_leads_to_where_the_board_is(
    alice_asks: Person, alice: User, settings: Settings
) -> None:
    settings.PUBLIC_URL = "https://board.example/"
    for number, link in enumerate(
        ("https://board.example/alerts/7/", "/alerts/7/", "https://other.example/x")
    ):
        tell_in_app(alice.pk, key=f"k{number}", title="T", text="", link=link)

    told = alice_asks.get("notifications").json()["notifications"]

    assert [one["link"] for one in told] == [
        "https://other.example/x",
        "/alerts/7/",
        "/alerts/7/",
    ]
