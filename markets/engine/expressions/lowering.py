"""From the parts of an expression to operations."""

from markets.engine.expressions.functions import Argument
from markets.engine.expressions.nodes import (
    Arithmetic,
    Call,
    Comparison,
    Logic,
    MetricName,
    Negation,
    Node,
    Not,
    Number,
    Text,
    TextTest,
    columns_of,
)
from markets.engine.expressions.operations import Operations, Slot
from markets.engine.expressions.vocabulary import Vocabulary


class Lowering:
    """Writes expressions into one list, where they share what is equal."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.operations = Operations()
        self._vocabulary = vocabulary

    def lower(self, node: Node, *, steps: int = 0, clock: int = 0) -> Slot:
        """
        Return the slot of a part.

        Parameters
        ----------
        node
            The part.
        steps, clock
            All its metrics are taken so many steps of `clock` minutes ago.
        """
        if isinstance(node, Call):
            return self._call(node, steps, clock)
        if isinstance(node, Comparison):
            return self._comparison(node, steps, clock)
        if isinstance(node, Number | MetricName | TextTest | Text):
            return self._leaf(node, steps, clock)
        return self._joined(node, steps, clock)

    def _leaf(
        self, node: Number | MetricName | TextTest | Text, steps: int, clock: int
    ) -> Slot:
        match node:
            case Number(value):
                return self.operations.number(value)
            case MetricName(name):
                return self.operations.column(name, clock=clock, steps=steps)
            case TextTest(name, operator, texts):
                slot = self.operations.text(name, texts)
                is_denied = operator in {"!=", "not in"}
                return self.operations.inverse(slot) if is_denied else slot
            case Text(value):
                raise ValueError(f"The text {value!r} has no value of its own.")

    def _joined(
        self, node: Negation | Not | Arithmetic | Logic, steps: int, clock: int
    ) -> Slot:
        def inner(part: Node) -> Slot:
            return self.lower(part, steps=steps, clock=clock)

        operations = self.operations
        match node:
            case Negation(operand):
                return operations.apply("negate", inner(operand))
            case Not(operand):
                return operations.inverse(inner(operand))
            case Arithmetic(operator, left, right):
                return operations.apply(operator, inner(left), inner(right))
            case Logic(operator, operands):
                join = operations.all_of if operator == "and" else operations.any_of
                return join(*map(inner, operands))

    def _comparison(self, node: Comparison, steps: int, clock: int) -> Slot:
        slots = [self.lower(part, steps=steps, clock=clock) for part in node.operands]
        pairs = zip(node.operators, slots, slots[1:], strict=False)
        return self.operations.all_of(
            *(self.operations.compare(*pair) for pair in pairs)
        )

    # What looks back takes its steps by the shortest clock among its metrics,
    # so that all of them are taken at the same moments.
    def _call(self, node: Call, steps: int, clock: int) -> Slot:
        function = self._vocabulary.functions[node.function]
        if function.looks_back:
            clock = min(map(self._vocabulary.clock_of, columns_of(node)))
        arguments = [
            self._argument(part, steps=steps, clock=clock) for part in node.arguments
        ]
        return function.write(self.operations, arguments)

    def _argument(self, node: Node, *, steps: int, clock: int) -> Argument:
        return Argument(
            at=lambda ago: self.lower(node, steps=steps + ago, clock=clock),
            steps=int(node.value) if isinstance(node, Number) else 0,
            text=node.value if isinstance(node, Text) else "",
        )
