import pytest
from hypothesis import given

from alerts.rules.compiled.recipes import Recipes
from markets.engine.expressions.nodes import Node
from markets.engine.expressions.operations import Lookup
from markets.engine.expressions.printing import normal_form
from markets.engine.expressions.thresholds import Threshold
from markets.errors import ExpressionError
from tests.markets.engine.expressions.strategies import conditions


def test_texts_that_differ_in_their_numbers_alone_are_one_recipe() -> None:
    recipes = Recipes()

    one, numbers = recipes.read("change_1h >= 1.6 and price < .5")
    other, others = recipes.read("change_1h >= 1_000 and price < 1e-3")

    assert one is other
    assert (numbers, others) == ([1.6, 0.5], [1000.0, 0.001])


def test_the_numbers_of_a_recipe_bear_their_signs() -> None:
    recipe, numbers = Recipes().read("-2 < change_1h and change_5m > -(3) * 4")

    assert sorted(recipe.values(numbers)) == [-3, -2, 4]


def test_conditions_on_different_metrics_share_their_structure() -> None:
    recipes = Recipes()

    one, _ = recipes.read("crosses_above(ema_9_15m, ema_21_15m)")
    other, _ = recipes.read("crosses_above(price, vwap_1h)")

    assert one.structure is other.structure
    assert Lookup("ema_9_15m", 15, 1) in one.lookups
    assert Lookup("price", 1, 1) in other.lookups


def test_how_far_a_condition_looks_back_is_part_of_it() -> None:
    recipes = Recipes()

    five, _ = recipes.read("prev(change_1h, 5) <= 2")
    six, _ = recipes.read("prev(change_1h, (6)) <= 2")
    longer, _ = recipes.read("rising(price, 3)")
    shorter, _ = recipes.read("rising(price, 2)")

    assert five.lookups == (Lookup("change_1h", 1, 5),)
    assert six.lookups == (Lookup("change_1h", 1, 6),)
    assert len(longer.lookups) == len(shorter.lookups) + 1


@pytest.mark.parametrize(
    ("text", "threshold", "only"),
    [
        ("price > 2", Threshold("price", ">", 1), None),
        ("-2 >= price", Threshold("price", "<=", -1), None),
        ('symbol == "btcusdt" and price > 2', Threshold("price", ">", 1), ("BTCUSDT",)),
        ('price > 2 and symbol in ("B1", "A#")', None, ("A#", "B1")),
        ('not symbol == "BTCUSDT" and price > 2', None, None),
        ('symbol != "BTCUSDT" and price > 2', None, None),
        ('symbol == "BTCUSDT" or price > 2', None, None),
        ("price > 2 and price < 3", None, None),
    ],
)
def test_what_a_condition_can_be_kept_as_is_known(
    text: str, threshold: Threshold | None, only: tuple[str, ...] | None
) -> None:
    recipe, _ = Recipes().read(text)

    assert recipe.threshold == threshold
    assert recipe.only == only


def test_a_text_that_is_no_condition_is_refused() -> None:
    with pytest.raises(ExpressionError, match="rsi_15_1h"):
        Recipes().read("rsi_15_1h > 2")


@given(conditions)
def test_every_number_of_a_text_is_found(node: Node) -> None:
    text = normal_form(node)

    recipe, numbers = Recipes().read(text)

    assert len(recipe.values(numbers)) == len(recipe.numbers)
    assert "number" not in [code for code, _ in recipe.structure.operations] or numbers
