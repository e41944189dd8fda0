"""Each built-in signal against rows of metrics that were written by hand."""

import math

import numpy as np
import pytest

from alerts.rules.builtin import BUILT_IN
from alerts.rules.conditions import read_rule
from alerts.rules.followed import followed_value
from alerts.rules.stable import without_stable
from markets.engine.expressions.history import History
from markets.engine.expressions.labels import Labels
from markets.engine.expressions.market import FALSE, TRUE, UNKNOWN, TableMarket
from markets.engine.expressions.plan import Plan
from markets.engine.table import Table
from tests.alerts.signal_rows import BEFORE, CASES, Case

SIGNALS = {one.slug: one for one in BUILT_IN}
NOON_MS = 1_700_049_600_000
SLUGS = [case.slug for case in CASES]


def table(row: dict[str, float], minute: int) -> Table:
    return Table(
        "binanceusdm",
        "live",
        "",
        "closed",
        minute,
        NOON_MS + minute * 60_000,
        ("ADAUSDT",),
        tuple(row),
        np.array([[value] for value in row.values()]),
    )


def truth(
    slug: str, row: dict[str, float], *, base: str = "ADA", text: str = ""
) -> int:
    expression = read_rule(without_stable(text or SIGNALS[slug].expression))
    plan = Plan.of((expression,))
    now = {name: value for name, value in row.items() if name != BEFORE}
    before = {**now, "change_1h": row.get(BEFORE, math.nan)}
    past = History()
    past.keep(plan.depths)
    for minute in range(5):
        # Only the first of them lies five minutes back.
        past.push(
            table({**before, **({"change_1h": math.nan} if minute else {})}, minute)
        )
    newest = table({"change_1h": math.nan, **now}, 5)
    past.push(newest)
    market = TableMarket(newest, past, Labels({"ADAUSDT": base}))
    return int(plan.run(market)[0][0])


def test_there_are_sixteen_and_each_has_its_rows() -> None:
    assert len(SIGNALS) == len(BUILT_IN) == 16
    assert set(SLUGS) == set(SIGNALS)


@pytest.mark.parametrize("case", CASES, ids=SLUGS)
def test_a_row_just_inside_every_threshold_is_true(case: Case) -> None:
    assert truth(case.slug, case.inside) == TRUE


@pytest.mark.parametrize(
    ("case", "metric", "value"),
    [
        pytest.param(case, metric, value, id=f"{case.slug}-{metric}-{value:g}")
        for case in CASES
        for metric, value in case.outside
    ],
)
def test_one_value_just_outside_makes_it_false(
    case: Case, metric: str, value: float
) -> None:
    assert truth(case.slug, {**case.inside, metric: value}) == FALSE


@pytest.mark.parametrize(
    ("case", "metric"),
    [
        pytest.param(case, metric, id=f"{case.slug}-{metric}")
        for case in CASES
        for metric in case.inside
    ],
)
def test_a_metric_that_is_not_known_makes_it_unknown(case: Case, metric: str) -> None:
    assert truth(case.slug, {**case.inside, metric: math.nan}) == UNKNOWN


@pytest.mark.parametrize("case", CASES, ids=SLUGS)
def test_stable_and_fiat_bases_are_left_out(case: Case) -> None:
    assert truth(case.slug, case.inside, base="USDC") == FALSE
    assert truth(case.slug, case.inside, base="EUR") == FALSE


@pytest.mark.parametrize("case", CASES, ids=SLUGS)
def test_a_row_of_one_rule_is_never_one_of_its_mirror(case: Case) -> None:
    mirror = SIGNALS[case.slug].mirror

    assert not mirror or truth(mirror, case.inside) != TRUE


def test_mirrors_name_each_other_and_point_the_other_way() -> None:
    mirrored = [one for one in BUILT_IN if one.mirror]

    assert len(mirrored) == 14
    for one in mirrored:
        other = SIGNALS[one.mirror]
        assert other.mirror == one.slug
        assert {one.side, other.side} == {"bull", "bear"}


@pytest.mark.parametrize(
    ("slug", "minutes"),
    [
        ("big_bull_60", 5),
        ("pioneer_bear", 5),
        ("five_big_bull", 5),
        ("fifteen_big_bear", 5),
        ("bottom_hunter", 5),
        ("bear_whale", 15),
        ("bull_volume", 15),
        ("flat_1m", 60),
        ("flat_8h", 60),
    ],
)
def test_the_cool_downs_are_those_that_were_asked_for(slug: str, minutes: int) -> None:
    assert SIGNALS[slug].cool_down_minutes == minutes
    assert SIGNALS[slug].false_closes == 3


@pytest.mark.parametrize(
    ("range_10m", "ends"), [(0.15, FALSE), (0.151, TRUE), (math.nan, UNKNOWN)]
)
def test_flat_1m_ends_above_its_own_limit(range_10m: float, ends: int) -> None:
    text = SIGNALS["flat_1m"].closes_when

    assert truth("flat_1m", {"range_10m": range_10m}, text=text) == ends
    assert [one.slug for one in BUILT_IN if one.closes_when] == ["flat_1m"]


@pytest.mark.parametrize(
    ("slug", "metric", "direction"),
    [("big_bull_60", "change_1h", 1), ("five_big_bear", "change_5m", -1)],
)
def test_an_episode_follows_the_move_it_is_named_after(
    slug: str, metric: str, direction: int
) -> None:
    assert followed_value(SIGNALS[slug].expression) == (metric, direction)
