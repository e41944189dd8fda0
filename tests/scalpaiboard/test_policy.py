import re

import pytest
from django.conf import settings
from django.core.management import call_command
from django.http import HttpResponseBase
from django.test import Client, override_settings

from accounts.models import User

pytestmark = pytest.mark.django_db


def policy(answer: HttpResponseBase) -> dict[str, set[str]]:
    header = answer.headers["Content-Security-Policy"]
    parts = (part.split() for part in header.split(";"))
    return {name: set(sources) for name, *sources in parts}


@pytest.mark.parametrize("address", ["/", "/data-health/", "/accounts/login/"])
def test_our_pages_allow_no_inline_script_and_no_other_host(
    client: Client, address: str
) -> None:
    answer = client.get(address)

    assert answer.status_code == 200
    assert policy(answer)["default-src"] == {"'self'"}
    allowed = set().union(*policy(answer).values())
    assert allowed <= {"'self'", "'none'", "data:"}
    inline = re.findall(
        r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|\sstyle=|\son\w+=",
        answer.content.decode(),
    )
    assert inline == []


def test_the_admin_alone_allows_what_its_framework_needs(client: Client) -> None:
    client.force_login(User.objects.create_superuser("olga@example.org", "plain"))

    answer = client.get("/admin/")

    assert "'unsafe-eval'" in policy(answer)["script-src"]
    assert "'unsafe-inline'" in policy(client.get("/admin/login/"))["script-src"]
    assert set().union(*policy(answer).values()) <= {
        "'self'",
        "'none'",
        "'unsafe-inline'",
        "'unsafe-eval'",
        "data:",
    }


def test_the_api_docs_work_without_inline_script_and_from_no_other_host(
    client: Client,
) -> None:
    answer = client.get("/api/docs/")

    page = answer.content.decode()
    loaded = re.findall(r'<(?:script|link)[^>]*(?:src|href)="([^"]+)"', page)
    assert policy(answer)["default-src"] == {"'self'"}
    assert "script-src" not in policy(answer)
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert loaded
    assert [source for source in loaded if not source.startswith("/")] == []


def test_the_admin_loads_nothing_from_another_host(client: Client) -> None:
    client.force_login(User.objects.create_superuser("olga@example.org", "plain"))

    page = client.get("/admin/").content.decode()

    loaded = re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="([^"]+)"', page)
    assert loaded
    assert [source for source in loaded if not source.startswith(("/", "data:"))] == []


@override_settings(
    SECRET_KEY="k3y-" + "aB9_x7-Qz" * 8,
    SECURE_SSL_REDIRECT=True,
    SECURE_HSTS_SECONDS=31_536_000,
    SECURE_HSTS_INCLUDE_SUBDOMAINS=True,
    SECURE_HSTS_PRELOAD=True,
    SESSION_COOKIE_SECURE=True,
    CSRF_COOKIE_SECURE=True,
)
def test_the_deploy_check_is_clean_with_production_values() -> None:
    call_command("check", deploy=True, fail_level="WARNING")


def test_probes_are_answered_without_tls() -> None:
    exempt = [re.compile(pattern) for pattern in settings.SECURE_REDIRECT_EXEMPT]

    for path in ("healthz", "readyz"):
        assert any(pattern.search(path) for pattern in exempt)
