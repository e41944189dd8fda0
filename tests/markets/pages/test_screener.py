import re

import pytest
from django.test import Client

from markets.engine.catalogue import METRIC_OF
from markets.pages.screener import EXAMPLES, SETS, screener_page
from markets.screening import read_condition


@pytest.mark.parametrize("one", SETS, ids=lambda one: str(one.name))
def test_a_set_has_columns_of_the_catalogue_each_once(one: object) -> None:
    columns = next(known.columns for known in SETS if known is one)

    assert len(columns) >= 8
    assert len(set(columns)) == len(columns)
    assert set(columns) <= set(METRIC_OF)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_a_condition_in_its_normal_form(example: str) -> None:
    assert read_condition(example).normal_form == example.replace("1e7", "10000000")


def test_the_page_knows_every_metric_without_its_span_in_the_label() -> None:
    metrics = {one["name"]: one for one in screener_page()["board"]["metrics"]}

    assert set(metrics) == set(METRIC_OF)
    assert (metrics["change_1h"]["label"], metrics["change_1h"]["span"]) == (
        "Change",
        "1h",
    )


@pytest.mark.django_db
def test_the_page_allows_the_style_of_its_grid_and_no_other(client: Client) -> None:
    first, second = client.get("/screener/"), client.get("/screener/")

    policy = first.headers["Content-Security-Policy"]
    nonces = re.findall(
        r'<style id="grid-style" nonce="([^"]+)">', first.content.decode()
    )
    assert f"style-src 'self' 'nonce-{nonces[0]}'" in policy
    assert "unsafe" not in policy
    assert policy != second.headers["Content-Security-Policy"]
