"""Typed readers of the environment; a bad value stops the start with its name."""

import json
import os
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})


def text(name: str, default: str = "") -> str:
    """Return a text; ``NAME_FILE`` may name a file that holds it instead."""
    file = os.environ.get(f"{name}_FILE")
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(
                f"{name}_FILE is {file!r}, which cannot be read: {error}."
            ) from error
    return os.environ.get(name) or default


def flag(name: str, *, default: bool) -> bool:
    """Return a truth value."""
    value = text(name).lower()
    if not value:
        return default
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; it must be true or false.")


def integer(name: str, default: int, *, low: int, high: int) -> int:
    """Return a whole number within bounds."""
    value = text(name)
    if not value:
        return default
    try:
        number = int(value)
    except ValueError:
        number = low - 1
    if not low <= number <= high:
        raise ImproperlyConfigured(
            f"{name} is {value!r}; it must be a whole number from {low} to {high}."
        )
    return number


def words(name: str, default: str = "") -> list[str]:
    """Return a list that was written with commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def mapping(name: str) -> dict[str, Any]:
    """Return a table that was written as JSON."""
    value = text(name)
    try:
        read = json.loads(value or "{}")
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise ImproperlyConfigured(f"{name} cannot be read; it must be a JSON object.")
    return read


def choice(name: str, default: str, options: tuple[str, ...]) -> str:
    """Return one of a closed set of texts."""
    value = text(name, default)
    if value not in options:
        raise ImproperlyConfigured(
            f"{name} is {value!r}; it must be one of {', '.join(options)}."
        )
    return value
