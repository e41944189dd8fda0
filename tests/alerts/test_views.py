import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from alerts.models import Alert, Outcome
from tests.alerts.stage import Stage, make_alert

OWN_PAGES = ["/alerts/", "/alerts/new/", "/alerts/history/", "/settings/destinations/"]
SESSION_AND_PERSON = 2

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def person(address: str) -> User:
    return User.objects.create_user(address, "a long password")


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def alert_of(owner: User, name: str = "A level") -> Alert:
    return Alert.objects.create(
        owner=owner,
        name=name,
        scope="pair",
        symbol="BTCUSDT",
        expression="price > 70000",
        watched="price > 70000",
    )


@pytest.mark.parametrize("path", [*OWN_PAGES, "/alerts/1/", "/alerts/1/edit/"])
def test_a_stranger_is_sent_to_log_in_and_back(client: Client, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 302
    assert answer["Location"] == f"/accounts/login/?next={path}"


def test_signals_are_there_for_everyone(client: Client) -> None:
    answer = client.get("/signals/")

    assert answer.status_code == 200
    assert 'data-person="no"' in answer.content.decode()


@pytest.mark.parametrize("path", OWN_PAGES)
def test_a_page_of_a_person_asks_for_the_person_and_no_more(
    path: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    alice = logged_in(person("alice@example.com"))

    with django_assert_num_queries(SESSION_AND_PERSON):
        answer = alice.get(path)

    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/alerts/{}/", "/alerts/{}/edit/"])
def test_the_pages_of_an_alert_ask_for_it_once(
    path: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    owner = person("alice@example.com")
    alice, alert = logged_in(owner), alert_of(owner, "A <b>level</b>")

    with django_assert_num_queries(SESSION_AND_PERSON + 1):
        answer = alice.get(path.format(alert.pk))

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "A &lt;b&gt;level&lt;/b&gt;" in page
    assert "<b>level" not in page


@pytest.mark.parametrize("path", ["/alerts/{}/", "/alerts/{}/edit/"])
def test_an_alert_of_someone_else_is_not_there(path: str) -> None:
    alert = alert_of(person("alice@example.com"))
    bob = logged_in(person("bob@example.com"))

    assert bob.get(path.format(alert.pk)).status_code == 404


@pytest.mark.parametrize("path", [*OWN_PAGES, "/signals/"])
def test_pages_are_only_read(path: str) -> None:
    alice = logged_in(person("alice@example.com"))

    assert alice.post(path).status_code == 405


def test_the_bell_is_there_for_whoever_is_logged_in(client: Client) -> None:
    alice = logged_in(person("alice@example.com"))

    assert 'data-island="bell"' in alice.get("/signals/").content.decode()
    assert 'data-island="bell"' not in client.get("/signals/").content.decode()


def test_the_page_of_an_alert_tells_what_came_after_its_own_fires(
    stage: Stage, alice: User, client: Client
) -> None:
    alert = make_alert(alice, "price > 101")
    stage.btc(100)
    stage.btc(102)
    Outcome.objects.update(return_1h=1.0, has_hit=True)
    client.force_login(alice)

    page = client.get(f"/alerts/{alert.pk}/").content.decode()

    assert "1 fire as it is defined now; higher 1h later 100 % (21–100) of 1" in page
