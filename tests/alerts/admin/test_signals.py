"""The operator's pages of signals."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from alerts.models import Outcome, RuleChange, Signal
from alerts.pipeline.tripping import trip
from alerts.services.signal_preview import preview_job, run_preview
from alerts.services.signals import save_signal
from tests.alerts.rows import an_episode
from tests.alerts.stored_market import store_minutes
from tests.markets.feed.doubles import BTC, ETH

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LIST = reverse("admin:alerts_signal_changelist")
CHECK = reverse("admin:alerts_signal_check")


@pytest.fixture
def signal() -> Signal:
    RuleChange.objects.all().delete()
    return Signal.objects.get(slug="flat_8h")


def form_of(signal: Signal, **changed: Any) -> dict[str, Any]:
    names = (
        *("slug", "name", "side", "description", "expression", "closes_when"),
        *("cool_down_minutes", "false_closes"),
    )
    return {
        **{name: getattr(signal, name) for name in names},
        "is_enabled": "on",
        "leaves_out_stable": "on",
        "mirror": "",
        "escalate_step": "",
        "versions-TOTAL_FORMS": 0,
        "versions-INITIAL_FORMS": 0,
        **changed,
    }


def page_of(signal: Signal, name: str = "change") -> str:
    return reverse(f"admin:alerts_signal_{name}", args=[signal.pk])


def act(operator: Client, action: str, *signals: Signal) -> str:
    answer = operator.post(
        LIST,
        {"action": action, "_selected_action": [one.pk for one in signals]},
        follow=True,
    )
    assert answer.status_code == 200
    return answer.content.decode()


def test_another_condition_is_kept_as_another_version_and_called_out(
    operator: Client, signal: Signal
) -> None:
    before = signal.version

    answer = operator.post(
        page_of(signal), form_of(signal, expression="range_8h <= 1.5")
    )

    signal.refresh_from_db()
    assert answer.status_code == 302
    assert (signal.expression, signal.version != before) == ("range_8h <= 1.5", True)
    assert signal.versions.count() == 2
    assert RuleChange.objects.get().number == -signal.pk


def test_a_faulty_condition_is_told_at_its_field_with_its_place(
    operator: Client, signal: Signal
) -> None:
    answer = operator.post(page_of(signal), form_of(signal, expression="rnge_8h <= 1"))

    errors = answer.context["adminform"].form.errors
    signal.refresh_from_db()
    assert answer.status_code == 200
    assert list(errors) == ["expression"]
    assert "1–7" in errors["expression"][0]
    assert "range_8h" in errors["expression"][0]
    assert signal.expression == "range_8h <= 2"


def test_a_new_signal_is_made_with_its_first_version(operator: Client) -> None:
    fresh = Signal(slug="calm", name="Calm", side="neutral", expression="range_1h < 1")

    answer = operator.post(reverse("admin:alerts_signal_add"), form_of(fresh))

    assert answer.status_code == 302
    assert Signal.objects.get(slug="calm").versions.count() == 1


def test_a_signal_is_not_deleted_but_disabled(operator: Client, signal: Signal) -> None:
    assert operator.post(page_of(signal, "delete"), {"post": "yes"}).status_code == 403
    assert "1 signals were disabled" in act(operator, "disable", signal)
    signal.refresh_from_db()
    assert not signal.is_enabled
    assert "1 signals were enabled" in act(operator, "enable", signal)


def test_one_that_was_stopped_says_why_and_is_reset(
    operator: Client, signal: Signal
) -> None:
    trip({signal.pk: "It was true together with its mirror."})

    shown = operator.get(page_of(signal)).content.decode()
    answer = act(operator, "reset", signal)

    signal.refresh_from_db()
    assert "true together with its mirror" in shown
    assert "1 signals deliver again" in answer
    assert signal.tripped_at is None


def test_the_list_shows_the_record_of_the_present_version(
    operator: Client, signal: Signal
) -> None:
    for number, moved in enumerate((2.0, -1.0, 3.0, 4.0)):
        episode = an_episode(signal, symbol=f"A{number}USDT")
        Outcome.objects.create(episode=episode, return_1h=moved)
    an_episode(signal, symbol="OLDUSDT", rule_version="another")

    page = operator.get(LIST).content.decode()

    assert "+2.00 %, 75 % higher of 4" in page


def test_the_list_asks_the_same_number_of_times_whatever_it_shows(
    operator: Client, signal: Signal, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        an_episode(signal, symbol=f"A{number}USDT")

    with django_assert_max_num_queries(10):
        operator.get(LIST)


def test_a_condition_is_checked_while_it_is_typed(operator: Client) -> None:
    right = operator.post(CHECK, {"text": "change_1h >= 1.6"}).json()
    wrong = operator.post(CHECK, {"text": "chnge_1h >= 1.6"}).json()
    far = operator.post(CHECK, {"text": "prev(change_1h, 9) > 1"}).json()
    empty = operator.post(CHECK, {"text": " "}).json()

    assert right == {"words": "change 1h at least 1.6 %", "problems": []}
    [problem] = wrong["problems"]
    assert (problem["start"], problem["end"]) == (1, 8)
    assert problem["suggestion"] == "change_1h"
    assert "at most 7 steps" in far["problems"][0]["message"]
    assert empty == {"words": "", "problems": []}


def test_the_form_brings_the_check_along(operator: Client, signal: Signal) -> None:
    page = operator.get(page_of(signal)).content.decode()

    assert "alerts/signal_check.js" in page
    assert "range 8h at most 2 %" in page


def test_a_preview_is_begun_followed_and_shown(
    operator: Client, signal: Signal
) -> None:
    address = page_of(signal, "preview")
    state = page_of(signal, "preview_state")

    before = operator.get(address).content.decode()
    begun = operator.post(address)
    running = operator.get(address).content.decode()
    followed = operator.get(state).json()
    run_preview(signal)
    ended = operator.get(address).content.decode()

    assert "Ask the last 24 hours" in before
    assert begun.status_code == 302
    assert f'data-state-url="{state}"' in running
    assert followed == {"state": "running", "progress": 0.0}
    assert "is stored" in ended
    assert operator.get(state).json()["state"] == "failed"


def test_a_preview_that_is_done_shows_hours_and_pairs(
    operator: Client, signal: Signal
) -> None:
    store_minutes(60)
    signal.expression, signal.cool_down_minutes = "change_5m > 0", 0
    save_signal(signal)
    run_preview(signal)
    job = preview_job(signal)
    assert job is not None
    assert job["preview"] is not None

    page = operator.get(page_of(signal, "preview"))

    text = page.content.decode()
    fires = job["preview"]["fires"]
    assert fires > 4
    assert f"fired {fires} times on 2 pairs" in text
    assert BTC in text
    assert ETH in text
    [chart] = page.context["charts"]
    assert chart.total == fires
    assert 'data-type="bar"' in text


@pytest.mark.parametrize("name", ["change", "preview", "preview_state"])
def test_pages_of_a_signal_that_is_not_there(operator: Client, name: str) -> None:
    address = reverse(f"admin:alerts_signal_{name}", args=[10**9])

    # The form sends back to the index, as the admin does everywhere.
    assert operator.get(address).status_code == (302 if name == "change" else 404)


@pytest.mark.parametrize("name", ["change", "preview", "preview_state"])
def test_ordinary_people_see_no_page_of_a_signal(
    client: Client, alice: User, signal: Signal, name: str
) -> None:
    client.force_login(alice)

    assert client.get(page_of(signal, name)).status_code == 302
    assert client.post(CHECK, {"text": "change_1h > 1"}).status_code == 302


def test_an_operator_without_the_right_may_neither_look_nor_act(
    client: Client, alice: User, signal: Signal
) -> None:
    alice.is_staff = True
    alice.save()
    client.force_login(alice)

    assert client.get(page_of(signal, "preview")).status_code == 403
    assert client.get(page_of(signal, "preview_state")).status_code == 403
    assert client.post(CHECK, {"text": "change_1h > 1"}).status_code == 403

    alice.user_permissions.add(Permission.objects.get(codename="view_signal"))
    client.post(LIST, {"action": "disable", "_selected_action": [signal.pk]})
    signal.refresh_from_db()
    assert client.get(page_of(signal, "preview")).status_code == 200
    assert signal.is_enabled
