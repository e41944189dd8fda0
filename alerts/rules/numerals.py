"""The numbers in the text of a condition, told from what looks like them."""

import re
from typing import Final

HOLE: Final = "#"
"""What stands in a template where the text has a number."""

_NUMERAL: Final = r"(?<![A-Za-z0-9_.])(\.?[0-9](?:[eE][+-](?=[0-9])|[0-9A-Za-z_.])*)"
_NUMBER: Final = re.compile(_NUMERAL, re.ASCII)
_NUMBER_OR_TEXT: Final = re.compile(rf"\"[^\"]*\"|'[^']*'|{_NUMERAL}", re.ASCII)


def split_numerals(text: str) -> tuple[str, list[str]]:
    """Return a text with a hole for each number, and the numbers as written."""
    if '"' not in text and "'" not in text:
        parts = _NUMBER.split(text)
        return HOLE.join(parts[::2]), parts[1::2]
    numerals: list[str] = []

    def take(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0]
        numerals.append(match[1])
        return HOLE

    return _NUMBER_OR_TEXT.sub(take, text), numerals


def with_ones(text: str) -> str:
    """Return a text with 1 for each number: the same for all that are alike."""
    return _NUMBER_OR_TEXT.sub(
        lambda match: match[0] if match[1] is None else "1", text
    )
