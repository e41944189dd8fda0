"""Which signals cannot be right, on small tables."""

import math

import numpy as np

from alerts.rules.contradiction import Rows, contradictions
from markets.engine.table import Table

BULL, BEAR, OTHER = 7, 8, 9


def table(**columns: list[float]) -> Table:
    count = len(next(iter(columns.values())))
    symbols = ("BTCUSDT", "ETHUSDT", "ADAUSDT")[:count]
    values = np.array(list(columns.values()), np.float64)
    return Table(
        "binanceusdm", "live", "", "closed", 1, 0, symbols, tuple(columns), values
    )


def rows(*numbers: int) -> Rows:
    return np.array(numbers, np.intp)


def none(_signal: int) -> Rows:
    return rows()


CALM = table(quote_volume_5m=[1.0, 2.0, 3.0], quote_volume_15m=[3.0, 2.0, 9.0])


def test_rules_that_agree_contradict_nothing() -> None:
    fired = {BULL: rows(0), BEAR: rows(1)}

    found = contradictions(fired, fired.__getitem__, {BULL: BEAR, BEAR: BULL}, CALM)

    assert found == []


def test_a_rule_and_its_mirror_for_one_pair_are_both_told() -> None:
    true = {BULL: rows(0, 1), BEAR: rows(1, 2)}

    found = contradictions(
        {BULL: rows(1), OTHER: rows(1)}, true.__getitem__, {BULL: BEAR}, CALM
    )

    sentence = "It was true together with its mirror for ETHUSDT; both cannot be."
    assert found == [(BULL, sentence), (BEAR, sentence)]


def test_a_mirror_that_was_true_before_counts_as_well() -> None:
    true = {BULL: rows(0, 1, 2), BEAR: rows(0, 1)}

    found = contradictions({BEAR: rows(0, 1)}, true.__getitem__, {BULL: BEAR}, CALM)

    assert [one for one, _ in found] == [BULL, BEAR]
    assert "BTCUSDT and 1 more" in found[0][1]


def test_a_short_window_with_more_volume_than_a_long_one_is_told() -> None:
    wrong = table(quote_volume_5m=[1.0, 1_500.0], quote_volume_15m=[3.0, 1_200.0])

    found = contradictions({OTHER: rows(0, 1)}, none, {}, wrong)

    sentence = (
        "For ETHUSDT quote_volume_5m was 1,500 and quote_volume_15m only 1,200; "
        "it cannot be less."
    )
    assert found == [(OTHER, sentence)]


def test_windows_that_do_not_lie_beside_each_other_are_compared_too() -> None:
    wrong = table(
        quote_volume_5m=[90.0], quote_volume_1h=[math.nan], quote_volume_1d=[80.0]
    )

    assert contradictions({OTHER: rows(0)}, none, {}, wrong)[0][0] == OTHER


def test_only_the_pairs_it_fired_for_are_looked_at() -> None:
    wrong = table(quote_volume_5m=[1.0, 5.0], quote_volume_15m=[3.0, 4.0])

    assert contradictions({OTHER: rows(0)}, none, {}, wrong) == []


def test_the_noise_of_sums_and_what_is_unknown_say_nothing() -> None:
    noisy = table(
        quote_volume_5m=[1e9 + 1e-5, 7.0, math.nan],
        quote_volume_15m=[1e9, math.nan, 7.0],
    )

    assert contradictions({OTHER: rows(0, 1, 2)}, none, {}, noisy) == []
