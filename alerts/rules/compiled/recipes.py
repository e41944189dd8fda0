"""From the text of a condition to its structure, the numbers in it taken out."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from alerts.rules.numerals import HOLE, split_numerals
from markets.engine.expressions.functions import FUNCTIONS, Takes
from markets.engine.expressions.lowering import Lowering
from markets.engine.expressions.nodes import (
    Call,
    Expression,
    Logic,
    Node,
    Number,
    TextTest,
    children,
)
from markets.engine.expressions.operations import (
    Lookup,
    Operation,
    Slot,
    TextLookup,
)
from markets.engine.expressions.parser import parse
from markets.engine.expressions.thresholds import Threshold, threshold_of
from markets.engine.expressions.vocabulary import STANDARD

MOST_TEMPLATES: Final = 20_000
"""Texts without their numbers that are remembered; then it begins anew."""

# Functions that count steps: a number in their call may be part of the structure.
_COUNTING: Final = tuple(
    name
    for name, function in FUNCTIONS.items()
    if any(parameter.takes is Takes.STEPS for parameter in function.parameters)
)


class Structure(NamedTuple):
    """
    Operations without what they are about; conditions of equal ones go together.

    `operations` are codes with the slots of their operands, `result` is the
    slot of the truth.
    """

    operations: tuple[tuple[str, tuple[Slot, ...]], ...]
    result: Slot


@dataclass(frozen=True, slots=True)
class Recipe:
    """
    What all texts come down to that differ in their numbers alone.

    `lookups`, `texts` and `numbers` are what the structure is about, in the
    order of its operations; of a number it is the place among those of the
    text, from 1, negative where the sign turns. `threshold` has the value 1 or
    -1. `only` names the pairs of which the condition alone can be true.
    """

    structure: Structure
    lookups: tuple[Lookup, ...]
    texts: tuple[TextLookup, ...]
    numbers: tuple[int, ...]
    threshold: Threshold | None
    only: tuple[str, ...] | None

    def values(self, given: Sequence[float]) -> list[float]:
        """Return the numbers of the structure from those of the text."""
        return [
            given[place - 1] if place > 0 else -given[-place - 1]
            for place in self.numbers
        ]


class Recipes:
    """
    Reads conditions that were checked before.

    A text is parsed once for all that are like it but for their numbers.
    """

    def __init__(self) -> None:
        self._steps: dict[str, tuple[int, ...]] = {}
        self._recipes: dict[tuple[str, tuple[str, ...]], Recipe] = {}
        self._structures: dict[Structure, Structure] = {}

    def read(self, text: str) -> tuple[Recipe, list[float]]:
        """
        Return the recipe of a condition, and the numbers in its text.

        Raises
        ------
        ExpressionError
            If it is none.
        """
        template, numerals = split_numerals(text)
        steps = self._steps.get(template)
        if steps is None:
            steps = self._steps[template] = _steps_of(template, text)
        key = (template, tuple([numerals[place] for place in steps]))
        recipe = self._recipes.get(key)
        if recipe is None:
            self._forget_if_many()
            recipe = _recipe(template, numerals, steps)
            structure = self._structures.setdefault(recipe.structure, recipe.structure)
            recipe = self._recipes[key] = replace(recipe, structure=structure)
        return recipe, [float(one) for one in numerals]

    def _forget_if_many(self) -> None:
        if len(self._recipes) >= MOST_TEMPLATES:
            self._steps.clear()
            self._recipes.clear()


# How many steps a call looks back is part of the structure.
def _steps_of(template: str, text: str) -> tuple[int, ...]:
    if not any(name in template for name in _COUNTING):
        return ()
    found = _are_steps(parse(text).root)
    return tuple(place for place, is_steps in enumerate(found) if is_steps)


# For each number of a part, from left to right, whether it counts steps.
def _are_steps(node: Node) -> Iterator[bool]:
    for place, part in enumerate(children(node)):
        if isinstance(node, Call) and isinstance(part, Number):
            parameter = FUNCTIONS[node.function].parameter(place)
            yield parameter.takes is Takes.STEPS
        elif isinstance(part, Number):
            yield False
        else:
            yield from _are_steps(part)


def _recipe(template: str, numerals: Sequence[str], steps: Sequence[int]) -> Recipe:
    expression = parse(_numbered(template, numerals, steps))
    lowering = Lowering(STANDARD)
    result = lowering.lower(expression.root)
    operations = lowering.operations.all
    return Recipe(
        Structure(tuple((one.code, one.operands) for one in operations), result),
        tuple(_details(operations, Lookup)),
        tuple(_details(operations, TextLookup)),
        tuple(int(number) for number in _details(operations, float)),
        _threshold(expression),
        _only(expression.root),
    )


# Each number is its own place, from 1, so that it is known where it went.
def _numbered(template: str, numerals: Sequence[str], steps: Sequence[int]) -> str:
    shown = [
        numeral if place in steps else str(place + 1)
        for place, numeral in enumerate(numerals)
    ]
    fresh = iter(shown)
    if '"' not in template and "'" not in template:
        return re.sub(HOLE, lambda _: next(fresh), template)
    hole_or_text = rf"\"[^\"]*\"|'[^']*'|{HOLE}"
    return re.sub(
        hole_or_text,
        lambda match: next(fresh) if match[0] == HOLE else match[0],
        template,
    )


def _details[Detail](
    operations: Sequence[Operation], kind: type[Detail]
) -> Iterator[Detail]:
    for operation in operations:
        if isinstance(operation.detail, kind):
            yield operation.detail


def _threshold(expression: Expression) -> Threshold | None:
    found = threshold_of(expression)
    return found._replace(symbol=None) if found else None


# Labels compare in any letters' case; the exchange writes capitals.
def _only(root: Node) -> tuple[str, ...] | None:
    operands = (
        root.operands if isinstance(root, Logic) and root.operator == "and" else ()
    )
    for part in (root, *operands):
        match part:
            case TextTest("symbol", "==" | "in", texts):
                return tuple(sorted({text.upper() for text in texts}))
    return None
