import json
import math
from pathlib import Path

import pytest

from bench.harness import Row, benchmark, percentile, registered, write_rows


@pytest.mark.parametrize(
    ("figure", "better", "passed"),
    [
        (100.0, "lower", True),
        (100.1, "lower", False),
        (100.0, "higher", True),
        (99.9, "higher", False),
        (math.nan, "lower", False),
        (math.nan, "higher", False),
    ],
)
def test_a_row_holds_its_bar_only_on_the_right_side(
    figure: float, better: str, passed: bool
) -> None:
    row = Row("api", "coins list", figure, "ms", bar=100.0, better=better)  # type: ignore[arg-type] # parametrised

    assert row.passed is passed


def test_percentile_of_no_values_is_nan_and_so_misses_every_bar() -> None:
    assert math.isnan(percentile([], 0.95))


def test_percentile_is_a_value_that_was_measured() -> None:
    values = [float(n) for n in range(100)]

    assert percentile(values, 0.95) == 95.0


def test_an_unknown_area_is_refused_with_those_that_exist() -> None:
    with pytest.raises(ValueError, match="engine"):
        benchmark("motor")
    with pytest.raises(ValueError, match="engine"):
        registered(["motor"])


def test_written_rows_say_whether_they_passed(tmp_path: Path) -> None:
    row = Row("engine", "memory an instrument", 150.0, "KB", bar=160.0)

    write_rows([row], tmp_path / "var" / "bench.json")

    stated = json.loads((tmp_path / "var" / "bench.json").read_text())
    assert stated[0]["figure"] == 150.0
    assert stated[0]["passed"] is True
