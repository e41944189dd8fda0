"""Rules of all kinds and what happens to them, for hypothesis."""

from hypothesis import strategies as st

from alerts.rules.book import Watch
from markets.engine.expressions.nodes import Call, Comparison, MetricName, Node, Number
from markets.engine.expressions.printing import normal_form
from tests.markets.engine.expressions.strategies import (
    FEW,
    METRICS,
    SYMBOLS,
    conditions,
)

PAIRS = (*SYMBOLS, "DDDUSDT")

metric = st.sampled_from(METRICS[:2]).map(MetricName)
level = st.sampled_from(FEW[:-1]).map(Number)
thresholds: st.SearchStrategy[Node] = st.one_of(
    st.builds(
        Comparison,
        st.sampled_from(["<", "<=", ">", ">="]).map(lambda sign: (sign,)),
        st.tuples(metric, level) | st.tuples(level, metric),
    )
)
crosses: st.SearchStrategy[Node] = st.builds(
    Call, st.sampled_from(["crosses_above", "crosses_below"]), st.tuples(metric, level)
)
pair = st.sampled_from(PAIRS)
own_pair = st.builds(
    lambda symbol, node: f'symbol == "{symbol}" and {normal_form(node)}',
    pair,
    thresholds,
)
texts = st.one_of(thresholds, crosses, conditions).map(normal_form) | own_pair
scopes = st.none() | st.lists(pair, max_size=3, unique=True).map(tuple)
watches = st.builds(Watch, st.integers(-3, 8).filter(bool), texts, scopes)

row = st.lists(st.sampled_from(FEW), min_size=len(PAIRS), max_size=len(PAIRS))
columns = st.fixed_dictionaries(dict.fromkeys(METRICS, row))
# Now and then a pair is not listed.
listed = st.just(PAIRS) | st.lists(pair, min_size=1, unique=True).map(tuple)
steps = st.tuples(st.just("step"), st.tuples(columns, listed))
changes = st.one_of(
    st.tuples(st.just("put"), watches),
    st.tuples(st.just("load"), st.lists(watches, max_size=3)),
    st.tuples(st.just("remove"), st.integers(-3, 8)),
    st.tuples(st.just("restart"), st.lists(watches, max_size=2)),
)
stories = st.lists(steps | steps | changes, min_size=3, max_size=14)
