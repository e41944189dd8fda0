"""Valid expressions of all kinds, for hypothesis."""

from hypothesis import strategies as st

from markets.engine.expressions.nodes import (
    Arithmetic,
    Call,
    Comparison,
    MetricName,
    Node,
    Not,
    Number,
    TextTest,
    columns_of,
    join,
    negate,
)

METRICS = ("price", "change_5m", "change_1h", "candle_close_5m", "candle_close_1h")
SYMBOLS = ("AAAUSDT", "BBBUSDT", "币安人生USDT")
# Few values, so that equality and crossing happen.
FEW = (-2.0, -1.0, 0.0, 0.5, 1.0, 2.0, 1e15, float("nan"))

sign = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
steps = st.integers(1, 4).map(lambda count: Number(float(count)))
number = st.sampled_from(FEW[:-1]) | st.floats(-1e15, 1e15)
leaf = st.one_of(
    st.sampled_from(METRICS).map(MetricName),
    # Minus zero is written and read as zero.
    number.map(lambda value: Number(value + 0.0)),
)


def _grow(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        inner.map(negate),
        st.builds(Arithmetic, st.sampled_from("+-*/"), inner, inner),
        st.builds(Call, st.just("abs"), st.tuples(inner)),
        st.builds(Call, st.sampled_from(["min", "max"]), several),
    )


plain_values: st.SearchStrategy[Node] = st.recursive(leaf, _grow, max_leaves=4)
measured = plain_values.filter(lambda node: bool(columns_of(node)))
values: st.SearchStrategy[Node] = st.recursive(
    leaf | st.builds(Call, st.just("prev"), st.tuples(measured, steps)),
    _grow,
    max_leaves=5,
)


@st.composite
def comparisons(draw: st.DrawFn) -> Node:
    operands = tuple(draw(st.lists(values, min_size=2, max_size=3)))
    signs = tuple(draw(sign) for _ in operands[1:])
    return Comparison(signs, operands)


@st.composite
def text_tests(draw: st.DrawFn) -> Node:
    name = draw(st.sampled_from(["symbol", "base", "category"]))
    word = st.sampled_from(["AAA", "bbb", "meme", "AI", "币安人生usdt", 'a"b', "it's"])
    operator = draw(st.sampled_from(["==", "!=", "in", "not in"]))
    most = 3 if operator.endswith("in") else 1
    return TextTest(
        name, operator, tuple(draw(st.lists(word, min_size=1, max_size=most)))
    )


calls = st.one_of(
    st.builds(
        Call,
        st.sampled_from(["crosses_above", "crosses_below"]),
        st.tuples(measured, plain_values),
    ),
    st.builds(Call, st.sampled_from(["rising", "falling"]), st.tuples(measured, steps)),
    st.builds(Call, st.just("between"), st.tuples(values, values, values)),
)


def _connect(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(inner, min_size=2, max_size=4).map(tuple)
    return inner.map(Not) | st.builds(join, st.sampled_from(["and", "or"]), several)


conditions: st.SearchStrategy[Node] = st.recursive(
    st.one_of(comparisons(), text_tests(), calls), _connect, max_leaves=8
)
