"""The functions of the language: one entry each, read by all who need to know."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from markets.engine.expressions.nodes import Kind
from markets.engine.expressions.operations import Operations, Slot

MAX_STEPS: Final = 50
"""How far back an expression may look, in steps of its clock."""


class Takes(StrEnum):
    """What a parameter takes."""

    NUMBER = "a number"
    STEPS = f"a whole number from 1 to {MAX_STEPS}, written out"
    TEXT = "a text in quotes"


class Parameter(NamedTuple):
    """One parameter; the last one of a function with `repeats` may come again."""

    name: str
    takes: Takes = Takes.NUMBER


@dataclass(frozen=True, slots=True)
class Argument:
    """
    What a call hands to its function.

    `at` gives the slot of the value so many steps ago, 0 for now. `steps` and
    `text` are what the person wrote for parameters of those kinds.
    """

    at: Callable[[int], Slot]
    steps: int = 0
    text: str = ""


Write = Callable[[Operations, Sequence[Argument]], Slot]


@dataclass(frozen=True, slots=True)
class Function:
    """
    One function: how it is called, what it means, and what it comes down to.

    `wording` is the call in plain words: ``{0}`` and so on are its arguments,
    ``{all}`` all of them, ``{steps}`` its steps with their length.
    `looks_back` is true where `write` asks for values of earlier steps; such
    calls do not stand inside of each other.
    """

    name: str
    parameters: tuple[Parameter, ...]
    result: Kind
    meaning: str
    example: str
    wording: str
    write: Write
    looks_back: bool = False
    repeats: bool = False

    @property
    def usage(self) -> str:
        """The call as documentation shows it: ``prev(x, n)``."""
        names = [parameter.name for parameter in self.parameters]
        return f"{self.name}({', '.join(names)}{', …' if self.repeats else ''})"

    def parameter(self, place: int) -> Parameter:
        """Return what the argument at a place is for."""
        return self.parameters[min(place, len(self.parameters) - 1)]


def _arithmetic(code: str) -> Write:
    def write(operations: Operations, arguments: Sequence[Argument]) -> Slot:
        slot, *others = (argument.at(0) for argument in arguments)
        for other in others:
            slot = operations.apply(code, slot, other)
        return slot if len(arguments) > 1 else operations.apply(code, slot)

    return write


def _previous(_: Operations, arguments: Sequence[Argument]) -> Slot:
    return arguments[0].at(arguments[1].steps)


# On the other side one step ago (touching counts), strictly beyond it now.
def _crosses(before: str, now: str) -> Write:
    def write(operations: Operations, arguments: Sequence[Argument]) -> Slot:
        one, other = arguments
        return operations.all_of(
            operations.compare(before, one.at(1), other.at(1)),
            operations.compare(now, one.at(0), other.at(0)),
        )

    return write


def _moves(operator: str) -> Write:
    def write(operations: Operations, arguments: Sequence[Argument]) -> Slot:
        value, count = arguments
        return operations.all_of(
            *(
                operations.compare(operator, value.at(step), value.at(step + 1))
                for step in range(count.steps)
            )
        )

    return write


def _between(operations: Operations, arguments: Sequence[Argument]) -> Slot:
    value, low, high = (argument.at(0) for argument in arguments)
    return operations.all_of(
        operations.compare("<=", low, value), operations.compare("<=", value, high)
    )


_X, _Y = Parameter("x"), Parameter("y")
_STEPS = Parameter("n", Takes.STEPS)

_ALL: Final = (
    Function(
        "abs", (_X,), Kind.NUMBER,
        "The value without its sign.",
        "abs(change_5m) >= 2", "the size of {0}", _arithmetic("abs"),
    ),
    Function(
        "min", (_X, _Y), Kind.NUMBER,
        "The smallest of two or more values; unknown where one of them is.",
        "min(change_5m, change_15m, change_1h) > 0",
        "the smallest of {all}", _arithmetic("min"), repeats=True,
    ),
    Function(
        "max", (_X, _Y), Kind.NUMBER,
        "The greatest of two or more values; unknown where one of them is.",
        "max(range_5m, range_15m) < 0.5",
        "the greatest of {all}", _arithmetic("max"), repeats=True,
    ),
    Function(
        "prev", (_X, _STEPS), Kind.NUMBER,
        "The value n steps ago.",
        "prev(change_1h, 5) <= 2", "{0} {steps} ago", _previous, looks_back=True,
    ),
    Function(
        "crosses_above", (_X, _Y), Kind.CONDITION,
        "x was at or below y one step ago and is above it now.",
        "crosses_above(price, r1_1d)", "{0} crosses above {1}",
        _crosses("<=", ">"), looks_back=True,
    ),
    Function(
        "crosses_below", (_X, _Y), Kind.CONDITION,
        "x was at or above y one step ago and is below it now.",
        "crosses_below(price, vwap_1d)", "{0} crosses below {1}",
        _crosses(">=", "<"), looks_back=True,
    ),
    Function(
        "rising", (_X, _STEPS), Kind.CONDITION,
        "Each of the last n steps ended above the one before it.",
        "rising(quote_volume_5m, 3)", "{0} rises for {steps} in a row",
        _moves(">"), looks_back=True,
    ),
    Function(
        "falling", (_X, _STEPS), Kind.CONDITION,
        "Each of the last n steps ended below the one before it.",
        "falling(candle_close_1h, 4)", "{0} falls for {steps} in a row",
        _moves("<"), looks_back=True,
    ),
    Function(
        "between", (_X, Parameter("low"), Parameter("high")), Kind.CONDITION,
        "The value lies between two others, both included.",
        "between(range_position_1d, 0.4, 0.6)", "{0} between {1} and {2}", _between,
    ),
)  # fmt: skip

FUNCTIONS: Final[Mapping[str, Function]] = {one.name: one for one in _ALL}

ABSENT: Final[Mapping[str, str]] = {
    "pattern": "this board does not recognise chart patterns, so pattern(…) is unknown",
}
"""Functions that people may expect, and what to tell them."""
