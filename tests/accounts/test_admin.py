import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import User
from markets.models import LedgerMinute, Market
from scalpaiboard.frontend import frontend_public
from tests.markets.rows import a_market

pytestmark = pytest.mark.django_db

LISTS = sorted(
    f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
    for model in admin.site._registry
)
READ_ONLY = ("market", "instrument", "ledgerminute", "quarantinedcandle")


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("olga@example.org", "plain"))
    return client


@pytest.fixture
def market() -> Market:
    return a_market({"BTCUSDT": "0.1"})


@pytest.mark.parametrize("name", ["admin:index", *LISTS])
def test_every_admin_page_opens_for_an_operator(operator: Client, name: str) -> None:
    assert operator.get(reverse(name)).status_code == 200


def test_admin_pages_bear_the_icon_of_the_product(operator: Client) -> None:
    inside = operator.get(reverse("admin:index")).content.decode()
    log_in = Client().get(reverse("admin:login")).content.decode()

    link = f'<link rel="icon" href="{frontend_public("mark.svg")}"'
    assert link in inside
    assert link in log_in


@pytest.mark.parametrize("name", ["admin:index", *LISTS])
def test_every_admin_page_sends_a_stranger_to_the_log_in(
    client: Client, name: str
) -> None:
    answer = client.get(reverse(name))

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("name", ["admin:index", *LISTS])
def test_every_admin_page_is_closed_to_a_user_who_is_no_operator(
    client: Client, name: str
) -> None:
    client.force_login(User.objects.create_user("bob@example.org", "plain"))

    assert client.get(reverse(name)).status_code == 302


@pytest.mark.parametrize("name", READ_ONLY)
def test_what_the_feed_writes_cannot_be_added_by_hand(
    operator: Client, name: str
) -> None:
    assert operator.get(reverse(f"admin:markets_{name}_add")).status_code == 403


def test_a_pair_cannot_be_changed_by_hand(operator: Client, market: Market) -> None:
    pair = market.instruments.get()
    address = reverse("admin:markets_instrument_change", args=[pair.pk])

    shown = operator.get(address)
    refused = operator.post(address, {"symbol": "XUSDT"})

    assert shown.status_code == 200
    assert refused.status_code == 403


def test_a_ledger_minute_is_shown_as_counts(operator: Client, market: Market) -> None:
    # Two from the stream, one of them late; one repaired; one missing.
    LedgerMinute.objects.create(
        market=market, open_time_ms=1_700_000_040_000, entries=bytes([1, 9, 2, 4])
    )

    page = operator.get(reverse("admin:markets_ledgerminute_changelist"))

    row = page.context["cl"].result_list[0]
    shown = page.context["cl"].model_admin
    assert "2023-11-14 22:14 UTC" in page.content.decode()
    assert [
        getattr(shown, name)(row)
        for name in ("expected", "stream", "repaired", "halted", "missing", "late")
    ] == [4, 2, 1, 0, 1, 1]


def test_an_operator_makes_a_user_by_email(operator: Client) -> None:
    answer = operator.post(
        reverse("admin:accounts_user_add"),
        {
            "email": "carol@example.org",
            "usable_password": "true",
            "password1": "quiet-river-42",
            "password2": "quiet-river-42",
        },
    )

    assert answer.status_code == 302
    assert User.objects.get(email="carol@example.org").check_password("quiet-river-42")
