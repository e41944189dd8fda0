"""How large an expression may be; what is larger is refused before it costs."""

from typing import Final

MAX_CHARACTERS: Final = 2_000
MAX_NODES: Final = 200
MAX_DEPTH: Final = 30
MAX_OPERATIONS: Final = 2_000
"""What a step of one expression may cost; looking back multiplies its parts."""
MAX_NUMBER: Final = 1e15
MAX_NUMBER_CHARACTERS: Final = 40
MAX_TEXT_CHARACTERS: Final = 40
MAX_PROBLEMS: Final = 10
"""Problems told at once; whoever has more of them has enough to do."""
