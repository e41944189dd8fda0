"""Rubbish at every address: no fault of ours, and no answer off the schema."""

import json
from typing import Any

import pytest
import schemathesis
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings as hypothesis_settings
from pytest_django import Settings
from schemathesis.core import NotSet
from schemathesis.core.transport import Response

from accounts.models import User
from markets.exchange_desk import desk

_make_generator: Any = SchemaGenerator
SCHEMA: Any = schemathesis.openapi.from_dict(
    _make_generator().get_schema(request=None, public=True)
)
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]


@pytest.mark.usefixtures("market")
@pytest.mark.parametrize("is_known", [True, False], ids=["person", "visitor"])
@pytest.mark.parametrize(
    "operation",
    OPERATIONS,
    ids=[one.definition.raw["operationId"] for one in OPERATIONS],
)
def test_rubbish_gets_an_answer_of_the_documented_form(
    operation: Any, is_known: bool, client: Client, settings: Settings
) -> None:
    settings.API_RATE_NAMELESS = settings.API_RATE_USER = 1_000_000
    if is_known:
        client.force_login(User.objects.create_user("alice@example.com", "a password"))
    settings.BINANCE_USDM_REST_URL = "http://127.0.0.1:9"
    desk.close()

    @hypothesis_settings(
        max_examples=15,
        deadline=None,
        derandomize=True,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        body = None if isinstance(case.body, NotSet) else case.body
        answer = client.generic(
            case.method,
            case.formatted_path,
            json.dumps(body) if body is not None else "",
            content_type="application/json",
            query_params=case.query or {},
        )

        assert answer.status_code < 500 or answer.status_code == 503
        if answer.status_code not in (302, 304):
            operation.validate_response(_response(answer))

    ask()
    desk.close()


def _response(answer: Any) -> Response:
    return Response(
        status_code=answer.status_code,
        headers={name.lower(): [value] for name, value in answer.headers.items()},
        content=answer.content,
        request=None,  # type: ignore[arg-type]  # asked by the test client
        elapsed=0.0,
        verify=False,
    )
