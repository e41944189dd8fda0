from urllib.parse import parse_qs

import pytest

from alerts.pages.form import EXAMPLES, Example, form_page
from alerts.rules.conditions import read_rule
from alerts.rules.form import SimpleForm
from alerts.rules.form_conditions import Operator
from alerts.types import Clock, Mode
from markets.engine.catalogue import METRIC_OF


def test_every_operator_of_the_form_is_offered_once() -> None:
    offered = [one["name"] for one in form_page()["operators"]]

    assert sorted(offered) == sorted(Operator)


@pytest.mark.parametrize(
    ("operator", "takes"),
    [("crosses_above", "value"), ("leaves_band", "band"), ("moves_down", "move")],
)
def test_an_operator_says_what_it_takes(operator: str, takes: str) -> None:
    found = {one["name"]: one["takes"] for one in form_page()["operators"]}

    assert found[operator] == takes


def test_every_mode_is_offered() -> None:
    assert {name for name, _ in form_page()["modes"]} == set(Mode)


def test_a_time_is_no_metric_that_could_cross_a_limit() -> None:
    labels = [label for _, some in form_page()["groups"] for label in some]

    assert "Price" in labels
    assert METRIC_OF["event_time"].bare_label not in labels


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.title)
def test_an_example_is_an_alert_that_can_be_made(example: Example) -> None:
    given = {name: some[0] for name, some in parse_qs(example.query).items()}

    if "expression" in given:
        read_rule(given["expression"])
        return
    form = SimpleForm.of(
        {
            "metric": given.get("metric", "price"),
            "operator": given["operator"],
            "value": float(given.get("value", "1")),
            "window": given.get("window"),
        }
    )
    assert form.expression("1m", Clock.CLOSED)
