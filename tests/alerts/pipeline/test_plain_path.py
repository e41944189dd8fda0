"""The whole path from closes to episodes against one that is slow and obvious."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from accounts.models import User
from alerts.models import Signal
from alerts.pipeline.evaluate import evaluate_closed
from markets.engine.expressions.printing import normal_form
from markets.engine.recent import step_minutes
from markets.types import MINUTE_MS
from tests.alerts.plain_path import PlainPath, PlainRule
from tests.alerts.plain_rows import assert_same, stored
from tests.alerts.stage import SYMBOLS, Stage, other_process, table_at
from tests.markets.engine.expressions.strategies import FEW, METRICS, conditions

pytestmark = [pytest.mark.django_db, pytest.mark.once]

# A story takes too long to be made smaller again and again.
PHASES = tuple(set(Phase) - {Phase.shrink, Phase.explain})
SIGNS = {">": 1, ">=": 1, "<": -1, "<=": -1}


type Cells = dict[str, list[float]]


@dataclass(frozen=True)
class Minute:
    """A minute of a story: its cells by metric, and what befalls who asks."""

    cells: Cells
    is_missed: bool
    is_restarted: bool
    is_asked_twice: bool


@st.composite
def followed(draw: st.DrawFn) -> PlainRule:
    """Draw a condition of which it is plain what is followed, and where to."""
    metric, other = (draw(st.sampled_from(METRICS[:4])) for _ in range(2))
    level, more = (draw(st.sampled_from(FEW[:-1])) for _ in range(2))
    sign = draw(st.sampled_from(sorted(SIGNS)))
    text, direction = draw(
        st.sampled_from(
            [
                (f"{metric} {sign} {level}", SIGNS[sign]),
                (f"{metric} {sign} {level}", SIGNS[sign]),
                (f"{metric} {sign} {level} and {other} < {more}", SIGNS[sign]),
                (f"{metric} {sign} {level} or {other} > {more}", SIGNS[sign]),
                (f"{level} {sign} {metric}", 0),
                (f"abs({metric}) {sign} {level}", 0),
                (f"not between({metric}, {level}, {level} + 1)", 0),
                (f"crosses_above({metric}, {level})", 1),
                (f"crosses_below({metric}, {other})", -1),
                (f"rising({metric}, 2) and {other} < {more}", 0),
            ]
        )
    )
    step = draw(st.none() | st.sampled_from([0.5, 1.0, 2.0]))
    return PlainRule(0, text, step=step, metric=metric, direction=direction)


of_any_kind = conditions.map(lambda node: PlainRule(0, normal_form(node)))


@st.composite
def rules(draw: st.DrawFn) -> PlainRule:
    scope = st.lists(st.sampled_from(SYMBOLS), min_size=1, max_size=3, unique=True)
    mode = draw(
        st.sampled_from(["each_episode"] * 3 + ["once", "once_per_candle", "reminder"])
    )
    return replace(
        draw(followed() | of_any_kind),
        symbols=draw(st.none() | scope.map(tuple)),
        timeframe=draw(st.sampled_from(["1m", "1m", "1m", "5m"])),
        mode=mode,
        remind=draw(st.integers(1, 4)) if mode == "reminder" else 0,
        cool_down=draw(st.sampled_from([0, 0, 1, 2, 3, 5, 7])),
        false_closes=draw(st.sampled_from([1, 1, 2, 3])),
        closes_when=draw(st.just("") | followed().map(lambda rule: rule.text)),
    )


@st.composite
def minutes(draw: st.DrawFn) -> Minute:
    row = st.lists(st.sampled_from(FEW), min_size=len(SYMBOLS), max_size=len(SYMBOLS))
    is_hole = draw(st.integers(0, 9)) == 0
    nothing = [math.nan] * len(SYMBOLS)
    return Minute(
        {name: nothing if is_hole else draw(row) for name in METRICS},
        draw(st.integers(0, 4)) == 0,
        draw(st.integers(0, 2)) == 0,
        draw(st.integers(0, 3)) == 0,
    )


@given(
    st.lists(rules(), min_size=1, max_size=8),
    st.lists(minutes(), min_size=4, max_size=24),
)
@settings(
    max_examples=30,
    phases=PHASES,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_rules_over_any_minutes_tell_what_the_plain_path_tells(
    stage: Stage, alice: User, drawn: list[PlainRule], story: list[Minute]
) -> None:
    with undone():
        plain = PlainPath(
            [stored(alice, rule) for rule in drawn],
            {symbol: symbol.removesuffix("USDT") for symbol in SYMBOLS},
        )
        own = Stage()
        held = candles_held(own, story)
        for cells, minute in zip(held, with_few_missed(story), strict=True):
            play(own, plain, minute, cells)

        assert_same(plain)


@contextmanager
def undone() -> Iterator[None]:
    """Leave nothing behind, in the database or in this process."""
    Signal.objects.update(is_enabled=False)
    other_process()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def with_few_missed(story: Sequence[Minute]) -> Iterator[Minute]:
    """
    Let the first and last minutes be asked, and at most three in a row not be.

    Further back than the last eight values nothing is known of what was missed.
    """
    missed = 3
    for left, minute in zip(reversed(range(len(story))), story, strict=True):
        missed = missed + 1 if minute.is_missed and missed < 3 and left else 0
        yield replace(minute, is_missed=missed > 0)


def candles_held(stage: Stage, story: Sequence[Minute]) -> Iterator[Cells]:
    """Give the cells of each minute; those of a candle stay until the next one."""
    held: dict[str, tuple[int, list[float]]] = {}
    first = stage.at_ms // MINUTE_MS + 1
    for end, minute in enumerate(story, first):
        cells = {}
        for name, drawn in minute.cells.items():
            step = end // step_minutes(name)
            if name not in held or held[name][0] != step:
                held[name] = step, drawn
            cells[name] = held[name][1]
        yield cells


def play(stage: Stage, plain: PlainPath, minute: Minute, cells: Cells) -> None:
    if minute.is_restarted:
        other_process()
    if minute.is_missed:
        stage.skip(**cells)
    else:
        stage.close(**cells)
    if minute.is_asked_twice:
        evaluate_closed(lambda: stage.at_ms)
    plain.close(table_at(stage.at_ms, cells))
