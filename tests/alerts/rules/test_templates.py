import pytest
from hypothesis import given, strategies as st

from alerts.rules.templates import (
    FIELDS,
    check_template,
    default_template,
    metrics_of,
    pieces_of,
)
from alerts.types import Phase
from markets.engine.catalogue import METRIC_OF


def told(template: str) -> list[str]:
    return [str(problem) for problem in check_template(template)]


def test_every_field_and_every_metric_may_stand_in_a_template() -> None:
    for name in [*FIELDS, *METRIC_OF]:
        assert told(f"It is {{{name}}}.") == []


@pytest.mark.parametrize("template", ["", "Buy!", "{{pair}} {{", "a\n\nb", "🚀 👨‍👩‍👧"])
def test_a_text_without_fields_is_a_template(template: str) -> None:
    assert told(template) == []


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{prise}", "there is no field 'prise' at 1–7; did you mean 'price'?"),
        ("a {rsi_14_15} b",
         "there is no field 'rsi_14_15' at 3–13; did you mean 'rsi_14_15m'?"),
        ("{zzzzzz}", "there is no field 'zzzzzz' at 1–8"),
        ("{}", "the name of a field is missing at 1–2"),
        ("{price", "this '{' has no partner; write it twice to say it at 1"),
        ("price}", "this '}' has no partner; write it twice to say it at 6"),
        ("{price}}", "this '}' has no partner; write it twice to say it at 8"),
        ("{price.real}",
         "a field is a name and nothing else at 1–12; did you mean 'price'?"),
        ("{price[0]}",
         "a field is a name and nothing else at 1–10; did you mean 'price'?"),
        ("{price:>10}",
         "a field is a name and nothing else at 1–11; did you mean 'price'?"),
        ("{price!r}",
         "a field is a name and nothing else at 1–9; did you mean 'price'?"),
        ("{ price }",
         "a field is a name and nothing else at 1–9; did you mean 'price'?"),
        ("{__class__}", "there is no field '__class__' at 1–11"),
        ("a\x00b", "this character cannot be shown at 2"),
        ("a\ud800", "this character cannot be shown at 2"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place(template: str, problem: str) -> None:
    assert told(template) == [problem]


def test_a_template_of_more_than_a_thousand_characters_is_refused() -> None:
    assert told("x" * 1_000) == []
    assert told("x" * 1_003) == [
        "the template is longer than 1,000 characters at 1001–1003"
    ]


def test_all_faults_are_told() -> None:
    assert len(told("{a1} {b2} }")) == 3


@given(st.text(st.sampled_from("{}ab \n") | st.characters(), max_size=60))
def test_the_pieces_of_a_template_are_all_of_it(template: str) -> None:
    pieces = list(pieces_of(template))

    assert "".join(template[one.start : one.end] for one in pieces) == template
    assert isinstance(check_template(template), list)


def test_the_metrics_of_a_template_are_told_once_each() -> None:
    template = "{rsi_14_1h} {name} {change_1h} {rsi_14_1h} {{macd_1h}} {nothing}"

    assert metrics_of(template) == ("rsi_14_1h", "change_1h")


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("metric", ["", "rsi_14_1h"])
def test_a_default_template_is_a_good_one(phase: Phase, metric: str) -> None:
    assert told(default_template(phase, metric)) == []
