import json
from typing import Any

import pytest
from hypothesis import given

from markets.engine.expressions.nodes import Expression, Kind, Node
from markets.engine.expressions.parser import parse
from markets.engine.expressions.printing import normal_form
from markets.engine.expressions.trees import from_tree, to_tree
from markets.errors import ExpressionError
from tests.markets.engine.expressions.strategies import conditions, values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("((change_1h))>=1.60", "change_1h >= 1.6"),
        ("price>1E3", "price > 1000"),
        ("1_000_000<price", "1000000 < price"),
        ("price > 0.0000001", "price > 1e-07"),
        ("(price*2)+(1/3)>0", "price * 2 + 1 / 3 > 0"),
        ("(price+2)*(1-3)>0", "(price + 2) * (1 - 3) > 0"),
        ("price-(1-2)>0", "price - (1 - 2) > 0"),
        ("price-1-2>0", "price - 1 - 2 > 0"),
        ("price/(2*3)>0", "price / (2 * 3) > 0"),
        ("-(price)>- 1", "-price > -1"),
        ("-(price+1)> +1", "-(price + 1) > 1"),
        ("- -price>-0", "--price > 0"),
        ("(not (price>1))", "not price > 1"),
        ("not (price>1 and price<2)", "not (price > 1 and price < 2)"),
        ("(price>1 or price<2) and price>3", "(price > 1 or price < 2) and price > 3"),
        ("(price>1 and price<2) or price>3", "price > 1 and price < 2 or price > 3"),
        ("price>1 and (price<2 and price>3)", "price > 1 and price < 2 and price > 3"),
        ("base in('BTC','ETH',)", 'base in ("BTC", "ETH")'),
        ("category=='meme'", 'category == "meme"'),
        ("base not in ('a\"b')", "base not in ('a\"b')"),
        ("min( price,1 ,2)>0", "min(price, 1, 2) > 0"),
    ],
)
def test_the_normal_form_is_one_spelling_without_needless_parentheses(
    text: str, expected: str
) -> None:
    expression = parse(text)

    assert normal_form(expression.root) == expected
    assert parse(expected) == expression


@given(conditions)
def test_reading_the_normal_form_of_a_condition_gives_it_back(node: Node) -> None:
    assert parse(normal_form(node)).root == node


@given(values)
def test_reading_the_normal_form_of_a_value_gives_it_back(node: Node) -> None:
    assert parse(normal_form(node), kind=Kind.NUMBER).root == node


@given(conditions)
def test_a_tree_goes_through_json_and_back_without_loss(node: Node) -> None:
    drawn = json.loads(json.dumps(to_tree(node)))

    assert from_tree(drawn) == Expression(node, Kind.CONDITION)


def test_a_tree_says_what_each_part_is() -> None:
    root = parse("change_1h >= 1.6 and not base in ('BTC',)").root

    assert to_tree(root) == {
        "kind": "and",
        "parts": [
            {
                "kind": "compare",
                "operators": [">="],
                "parts": [
                    {"kind": "metric", "name": "change_1h"},
                    {"kind": "number", "value": 1.6},
                ],
            },
            {
                "kind": "not",
                "parts": [
                    {
                        "kind": "text_test",
                        "name": "base",
                        "operator": "in",
                        "values": ["BTC"],
                    }
                ],
            },
        ],
    }


PRICE = {"kind": "metric", "name": "price"}
ONE = {"kind": "number", "value": 1}


def compared(*parts: object) -> dict[str, Any]:
    return {"kind": "compare", "operators": [">"], "parts": list(parts)}


def deep(levels: int) -> dict[str, Any]:
    tree = compared(PRICE, ONE)
    for _ in range(levels):
        tree = {"kind": "not", "parts": [tree]}
    return tree


@pytest.mark.parametrize(
    "tree",
    [
        None,
        [],
        {},
        {"kind": "python"},
        {"kind": ["and"]},
        compared(PRICE),
        compared(PRICE, ONE, ONE),
        compared(PRICE, {"kind": "number", "value": True}),
        compared(PRICE, {"kind": "number", "value": "1"}),
        compared(PRICE, {"kind": "number", "value": float("nan")}),
        compared(PRICE, {"kind": "number", "value": 10**400}),
        compared({"kind": "metric", "name": "price > 1 or price"}, ONE),
        compared(
            {"kind": "call", "function": "abs(1) > 1 or abs", "parts": [ONE]}, ONE
        ),
        compared({"kind": "metric", "name": "no_such_metric"}, ONE),
        compared(PRICE, {"kind": "text", "value": "x"}),
        compared({"kind": "arithmetic", "operator": "**", "parts": [ONE, ONE]}, ONE),
        compared({"kind": "arithmetic", "operator": "+", "parts": [ONE]}, ONE),
        {"kind": "compare", "operators": ["is"], "parts": [PRICE, ONE]},
        {"kind": "and", "parts": []},
        {"kind": "and", "parts": [PRICE]},
        {"kind": "not", "parts": [compared(PRICE, ONE)] * 2},
        {"kind": "text_test", "name": "base", "operator": "==", "values": []},
        {"kind": "text_test", "name": "base", "operator": "<", "values": ["x"]},
        {"kind": "text_test", "name": "base", "operator": "==", "values": ["'\""]},
        {"kind": "text_test", "name": "base", "operator": "==", "values": ["\n"]},
        deep(500),
        {"kind": "and", "parts": [compared(PRICE, ONE)] * 80},
    ],
)
def test_a_tree_of_another_form_is_refused(tree: object) -> None:
    with pytest.raises(ExpressionError):
        from_tree(tree)
