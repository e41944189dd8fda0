"""What a rule is, as plain values, and the version that follows from it."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import orjson

from alerts.rules.conditions import read_rule
from markets.engine.expressions.printing import normal_form

VERSION_BYTES: Final = 8
SIGNAL_FIELDS: Final = (
    "expression",
    "closes_when",
    "false_closes",
    "cool_down_minutes",
    "escalate_step",
    "leaves_out_stable",
    "is_enabled",
)
"""What a version of a signal keeps."""
_SIGNAL_DECIDES: Final = ("false_closes", "cool_down_minutes", "leaves_out_stable")


def version_of(deciding: Mapping[str, Any]) -> str:
    """
    Return the version of a rule: 16 hexadecimal digits.

    Parameters
    ----------
    deciding
        What decides when it fires, as plain values.
    """
    packed = orjson.dumps(deciding, option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(packed, digest_size=VERSION_BYTES).hexdigest()


def signal_version(definition: Mapping[str, Any]) -> str:
    """
    Return the version of a signal from its `SIGNAL_FIELDS`.

    Whether it is enabled, and what it tells of an episode that is open, leave
    its openings as they were: its record goes on.

    Raises
    ------
    ExpressionError
        If one of its conditions is none.
    """
    deciding = {name: definition[name] for name in _SIGNAL_DECIDES}
    deciding["expression"] = one_spelling(definition["expression"])
    deciding["closes_when"] = one_spelling(definition["closes_when"])
    return version_of(deciding)


def one_spelling(text: str) -> str:
    """Return the one form of a condition, so that a blank makes no new version."""
    return normal_form(read_rule(text).root) if text else ""
