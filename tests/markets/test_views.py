import json

from django.test import RequestFactory

from markets import views


def test_ledger_of_a_day_that_is_no_date_is_refused_by_name(rf: RequestFactory) -> None:
    request = rf.get("/data-health/ledger/", {"day": "yesterday"})

    answer = views.data_health_ledger(request)

    assert answer.status_code == 400
    error = json.loads(answer.content)["error"]
    assert "'yesterday'" in error["message"]
    assert list(error["fields"]) == ["day"]
