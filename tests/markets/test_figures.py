import json
import math

import pytest

from markets.figures import direction, figure
from tests.conftest import ROOT

# The page's script must show the same: it runs over the same cases.
CASES = json.loads((ROOT / "frontend" / "tests" / "figures.json").read_text("utf-8"))


@pytest.mark.parametrize(("kind", "value", "decimals", "text"), CASES)
def test_figure_reads_as_on_the_live_page(
    kind: str, value: float | None, decimals: int, text: str
) -> None:
    number = math.nan if value is None else value

    assert figure(kind, number, decimals=decimals) == text


@pytest.mark.parametrize("value", [0.004, -0.004, 0.0, math.nan])
def test_direction_of_what_shows_as_zero_is_none(value: float) -> None:
    assert direction(value) == ""


def test_direction_follows_the_sign() -> None:
    assert (direction(0.005), direction(-3.0)) == ("up", "down")
