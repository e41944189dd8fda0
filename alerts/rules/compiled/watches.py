"""What a rule is, as far as its truth goes."""

from hashlib import blake2b
from typing import NamedTuple


class Watch(NamedTuple):
    """
    One rule: a condition that was checked, and the pairs it looks at.

    `number` is an alert's id, or a signal's with its sign turned. `symbols` is
    None for every pair of the table, those that are listed later included.
    """

    number: int
    expression: str
    symbols: tuple[str, ...] | None

    @property
    def check(self) -> int:
        """Hash of the definition, the same in every process; 64 bits."""
        symbols = self.symbols
        if symbols is not None and len(symbols) > 1:
            symbols = tuple(sorted(set(symbols)))
        scope = "" if symbols is None else f"\0{'\0'.join(symbols)}"
        text = f"{self.expression.strip()}{scope}"
        digest = blake2b(text.encode(), digest_size=8).digest()
        return int.from_bytes(digest, "little")
