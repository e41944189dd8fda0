import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import reverse

from accounts.models import User
from scalpaiboard.navigation import MENU, RAIL, navigation


def names(user: User | AnonymousUser, rf: RequestFactory) -> list[str]:
    request = rf.get("/")
    request.user = user
    said = navigation(request)
    return [page["name"] for page in (*said["rail"], *said["menu"])]


def test_pages_of_operators_are_offered_to_operators_alone(rf: RequestFactory) -> None:
    operators_own = {"admin:index", "styleguide"}

    assert operators_own.isdisjoint(names(AnonymousUser(), rf))
    assert operators_own <= set(names(User(is_staff=True), rf))


def test_only_pages_with_an_address_are_offered(rf: RequestFactory) -> None:
    for name in names(User(is_staff=True), rf):
        assert reverse(name)


def test_a_pair_leads_to_its_own_page(rf: RequestFactory) -> None:
    request = rf.get("/")

    assert navigation(request)["symbol_page"] == "/symbols/SYMBOL/"


@pytest.mark.parametrize("kind", ["name", "keys"])
def test_no_two_pages_share_a(kind: str) -> None:
    values = [getattr(page, kind) for page in (*RAIL, *MENU) if getattr(page, kind)]

    assert len(values) == len(set(values))
