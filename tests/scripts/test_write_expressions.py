import re

import pytest

from markets.engine.expressions.nodes import Kind
from markets.engine.expressions.parser import parse
from scripts.write_expressions import TARGET, render

PAGE = TARGET.read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```expression\n(.*?)```", PAGE, re.DOTALL)


def test_the_tables_of_the_page_are_current() -> None:
    assert render(PAGE) == PAGE


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_example_of_the_page_is_an_expression(text: str) -> None:
    assert parse(text).kind is Kind.CONDITION
