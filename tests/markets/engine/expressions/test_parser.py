import pytest

from markets.engine.catalogue import METRIC_OF
from markets.engine.expressions.functions import (
    FUNCTIONS,
    Argument,
    Function,
    Parameter,
    Takes,
)
from markets.engine.expressions.market import TableMarket
from markets.engine.expressions.nodes import (
    Arithmetic,
    Call,
    Comparison,
    Kind,
    Logic,
    MetricName,
    Node,
    Not,
    Number,
    TextTest,
    children,
    columns_of,
)
from markets.engine.expressions.operations import Operations, Slot
from markets.engine.expressions.parser import parse
from markets.engine.expressions.plan import evaluate
from markets.engine.expressions.vocabulary import Vocabulary
from markets.errors import ExpressionError, MarketError, Problem
from tests.markets.engine.expressions.tables import table_of

NO_CONDITION = "'change_1h' alone is not a condition; compare it with something"
N = "(x, n) is a whole number from 1 to 50, written out, not"
PRICE, CHANGE = MetricName("price"), MetricName("change_1h")


def problems_of(text: str, kind: Kind = Kind.CONDITION) -> tuple[Problem, ...]:
    with pytest.raises(ExpressionError) as caught:
        parse(text, kind=kind)
    return caught.value.problems


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("price > 1", Comparison((">",), (PRICE, Number(1)))),
        ("1 < price <= 2", Comparison(("<", "<="), (Number(1), PRICE, Number(2)))),
        ("price > -1.5", Comparison((">",), (PRICE, Number(-1.5)))),
        ("price > +1e3", Comparison((">",), (PRICE, Number(1000)))),
        ("price > 500_000", Comparison((">",), (PRICE, Number(500_000)))),
        ("price > .5", Comparison((">",), (PRICE, Number(0.5)))),
        (
            "price - 1 - 2 > 0",
            Comparison(
                (">",),
                (
                    Arithmetic("-", Arithmetic("-", PRICE, Number(1)), Number(2)),
                    Number(0),
                ),
            ),
        ),
        (
            "not price > 1 or price > 2",
            Logic(
                "or",
                (
                    Not(Comparison((">",), (PRICE, Number(1)))),
                    Comparison((">",), (PRICE, Number(2))),
                ),
            ),
        ),
        (
            "prev ( change_1h , 5 ) <= 2",
            Comparison(("<=",), (Call("prev", (CHANGE, Number(5))), Number(2))),
        ),
        ('category == "meme"', TextTest("category", "==", ("meme",))),
        ("base in ('BTC', \"ETH\",)", TextTest("base", "in", ("BTC", "ETH"))),
        ('base not in ("BTC")', TextTest("base", "not in", ("BTC",))),
    ],
)
def test_a_text_is_read_as_its_parts(text: str, root: Node) -> None:
    assert parse(text).root == root


def test_the_same_connective_joins_into_one() -> None:
    root = parse("price > 1 and (price > 2 and (price > 3 and price > 4))").root

    assert isinstance(root, Logic)
    assert len(root.operands) == 4


def test_lines_may_end_anywhere() -> None:
    text = "\n change_1h >= 1.6\r\n\tand\n change_8h >\nchange_1h \n"

    assert parse(text) == parse("change_1h >= 1.6 and change_8h > change_1h")


def test_the_metrics_of_an_expression_are_named_once_each() -> None:
    expression = parse("rising(price, 3) and price > change_1h * 2")

    assert columns_of(expression.root) == ("change_1h", "price")


def test_a_value_may_be_asked_for_and_is_no_condition() -> None:
    assert parse("quote_volume_1h / 24", kind=Kind.NUMBER).kind is Kind.NUMBER
    (problem,) = problems_of("price > 1", Kind.NUMBER)
    assert problem == Problem(
        1, 9, "'price > 1' is a condition; a number is needed here"
    )


@pytest.mark.parametrize(
    ("text", "start", "end", "message", "suggestion"),
    [
        ("", 1, 1, "the expression is empty", ""),
        ("  \n ", 1, 1, "the expression is empty", ""),
        ("chnge_1h > 1", 1, 8, "unknown metric 'chnge_1h'", "change_1h"),
        ("price > CHANGE_1H", 9, 17, "unknown metric 'CHANGE_1H'", "change_1h"),
        ("zzzzqqq > 1", 1, 7, "unknown metric 'zzzzqqq'", ""),
        ("crossesabove(price, 1)", 1, 12,
         "unknown function 'crossesabove'", "crosses_above"),
        ("1(2) > 1", 2, 2, "an operator is missing before '('", ""),
        ("change_1h", 1, 9, NO_CONDITION, "change_1h >= 1"),
        ("price > 1 and change_1h", 15, 23, NO_CONDITION, "change_1h >= 1"),
        ("(price > 1) + 1 > 2", 2, 10,
         "'price > 1' is a condition; a number is needed here", ""),
        ("price > 'x'", 9, 11, "\"'x'\" is a text; a number is needed here", ""),
        ("symbol > 'x'", 1, 12,
         "a text is compared like this: base == \"BTC\", or with 'in'", ""),
        ("'meme' == category", 1, 18,
         "a text is compared like this: base == \"BTC\", or with 'in'", ""),
        ("base in (price, 'BTC')", 9, 22, "only texts in quotes can stand here", ""),
        ("base in ()", 9, 10, "only texts in quotes can stand here", ""),
        ("abs(symbol) > 1", 5, 10, "'symbol' is a text; compare it with == or in", ""),
        ("price in (1, 2)", 1, 15,
         "'in' looks among texts, of symbol, base, category only", ""),
        ("(price, 1) > 1", 1, 10, "'(price, 1)' cannot stand here", ""),
        ("prev > 1", 1, 4, "'prev' is a function: prev(x, n)", ""),
        ("prev(price) > 1", 1, 11, "prev(x, n) takes 2 arguments, not 1", ""),
        ("min(price) > 1", 1, 10, "min(x, y, …) takes at least 2 arguments, not 1", ""),
        ("abs() > 1", 1, 5, "abs(x) takes 1 argument, not 0", ""),
        ("prev(price, 0) > 1", 13, 13, f"n of prev{N} '0'", ""),
        ("prev(price, 51) > 1", 13, 14, f"n of prev{N} '51'", ""),
        ("prev(price, 1.5) > 1", 13, 15, f"n of prev{N} '1.5'", ""),
        ("rising(price, price)", 15, 19, f"n of rising{N} 'price'", ""),
        ("prev(3, 1) > 1", 1, 10,
         "prev(…) looks back at metrics, and here is none", ""),
        ("rising(abs(prev(price, 1)), 2)", 8, 26,
         "prev(…) cannot stand inside of rising(…)", ""),
        ('pattern("double_bottom", "1h") >= 0.7', 1, 7,
         "this board does not recognise chart patterns, so pattern(…) is unknown", ""),
        ("price > 1 AND price < 2", 11, 13, "'AND' is written in small letters", "and"),
        ("price = 1", 7, 7, "'=' is not in the language", "=="),
        ("price ≥ 1", 7, 7, "'≥' is not in the language", ">="),
        ("price > 1 && price < 2", 11, 12, "'&&' is not in the language", "and"),
        ("price > 1 %", 11, 11,
         "'%' is not in the language: percents are compared with bare numbers", ""),
        ("price > 15m", 9, 11, "'15m' is not a number", ""),
        ("price > 0x1F", 9, 12, "'0x1F' is not a number", ""),
        ("price > 1e999", 9, 13, "numbers go up to 1,000,000,000,000,000", ""),
        ("price > 1,000", 10, 10, "numbers are written without commas", "1_000"),
        ("price > 1, 2", 10, 10,
         "a ',' stands between the arguments of a function only", ""),
        ("price >", 7, 7, "a value is missing after '>'", ""),
        ("price > > 1", 9, 9, "a value is missing before '>'", ""),
        ("price 1", 7, 7, "an operator is missing before '1'", ""),
        ("price > (1", 9, 9, "this '(' is never closed", ""),
        ("price > 1)", 10, 10, "this ')' was never opened", ""),
        ("price == not 1", 10, 12, "the expression cannot be read here", ""),
        ("base == 'BTC", 9, 9, "the text that begins with ' does not end", ""),
        ("base == 'B\\n'", 9, 13,
         "a text has printable characters only, and no backslash", ""),
        ("base == f'x'", 10, 12, "an operator is missing before \"'x'\"", ""),
        ("True", 1, 4, "'True' is not in the language", ""),
        ("price.real > 1", 6, 6, "'.' is not in the language", ""),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place(
    text: str, start: int, end: int, message: str, suggestion: str
) -> None:
    assert problems_of(text)[0] == Problem(start, end, message, suggestion)


def test_several_problems_are_told_at_once_in_the_order_of_the_text() -> None:
    found = problems_of("chnge_1h > 1 or prv(price, 2) > 1 and price or pri > 2")

    assert [(one.start, one.suggestion) for one in found] == [
        (1, "change_1h"),
        (17, "prev"),
        (39, "price >= 1"),
        (48, "price"),
    ]


def test_places_count_characters_on_any_line_and_in_any_script() -> None:
    text = 'base == "币安" and\n\n  symbol == "Ünïcödé"\r\n and foo_bar > 1'

    (problem,) = problems_of(text)

    assert text[problem.start - 1 : problem.end] == "foo_bar"


def test_parts_know_where_they_stand() -> None:
    text = '  base == "币安" and\n (price + 1) * 2 > abs(change_1h)'

    comparison = children(parse(text).root)[1]

    spans = [comparison.span, *(part.span for part in children(comparison))]
    assert [text[start - 1 : end] for start, end in spans] == [
        "(price + 1) * 2 > abs(change_1h)",
        "(price + 1) * 2",
        "abs(change_1h)",
    ]


def test_the_error_reads_as_a_sentence_and_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(
        ValueError, match="unknown metric 'chnge_1h' at 1–8; did you mean 'change_1h'"
    ) as caught:
        parse("chnge_1h > 1")  # fmt: skip

    assert isinstance(caught.value, MarketError)


@pytest.mark.parametrize("name", METRIC_OF)
def test_every_metric_of_the_catalogue_can_be_asked_for(name: str) -> None:
    assert columns_of(parse(f"{name} > 0").root) == (name,)


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_the_example_of_every_function_is_an_expression(function: Function) -> None:
    assert function.name in str(parse(function.example).root)


def test_a_function_can_be_added_with_texts_among_its_arguments() -> None:
    def write(operations: Operations, arguments: list[Argument]) -> Slot:
        return operations.column(f"{arguments[0].text}_{arguments[1].text}")

    named = (Parameter("name", Takes.TEXT), Parameter("timeframe", Takes.TEXT))
    pattern = Function(
        "pattern",
        named,
        Kind.NUMBER,
        "A score.",
        "",
        "{0}",
        write,  # type: ignore[arg-type]  # a list is a sequence
    )
    words = Vocabulary(functions={**FUNCTIONS, "pattern": pattern})

    expression = parse('pattern("double_bottom", "1h") >= 0.7', vocabulary=words)

    table = table_of({"double_bottom_1h": [0.5, 0.7]})
    assert evaluate(expression, TableMarket(table), words).tolist() == [-1, 1]
    with pytest.raises(ExpressionError, match="a text in quotes, not 'price'"):
        parse('pattern(price, "1h") > 1', vocabulary=words)
