import pytest
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db
PASSWORD = "plain-alice-9"  # noqa: S105 - of a test


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("Alice@Example.org", PASSWORD)


def test_a_log_in_by_email_ignores_its_case(client: Client, alice: User) -> None:
    answer = client.post(
        "/accounts/login/", {"username": "ALICE@example.ORG", "password": PASSWORD}
    )

    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(alice.pk)


def test_a_log_in_with_a_wrong_password_says_so(client: Client, alice: User) -> None:
    answer = client.post(
        "/accounts/login/", {"username": alice.email, "password": "guess"}
    )

    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session
    assert answer.context["form"].non_field_errors()


def test_a_log_in_leads_to_no_other_host(client: Client, alice: User) -> None:
    answer = client.post(
        "/accounts/login/",
        {
            "username": alice.email,
            "password": PASSWORD,
            "next": "https://evil.example/",
        },
    )

    assert answer.headers["Location"] == "/"


def test_a_log_out_needs_a_post(client: Client, alice: User) -> None:
    client.force_login(alice)

    refused = client.get("/accounts/logout/")
    answer = client.post("/accounts/logout/")

    assert refused.status_code == 405
    assert answer.headers["Location"] == "/"
    assert "_auth_user_id" not in client.session
