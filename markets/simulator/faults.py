"""Faults that the simulated exchange shows on demand."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

STREAM_KINDS: Final = (
    "kline",
    "miniTicker",
    "ticker",
    "markPrice",
    "aggTrade",
    "trade",
    "bookTicker",
    "depth",
    "forceOrder",
    "contractInfo",
)
REST_FAULTS: Final = ("429", "418", "451", "500", "503", "html")


@dataclass(frozen=True, slots=True)
class Faults:
    """
    What goes wrong from now on; the default is a healthy exchange.

    Attributes
    ----------
    freeze
        Stream kinds that fall silent on every open socket.
    silent
        Stream kinds whose new subscriptions are acknowledged and stay silent.
    repeat
        Stream kinds that repeat their last message for ever.
    out_of_order_every, malformed_every, truncated_every
        Every so many stream frames one that comes after its successor, is not
        JSON, or ends in its middle; 0 is never.
    foreign
        Whether all-market frames carry rows of another market (``st`` 2).
    rest
        What REST answers instead: ``429``, ``418``, ``451``, ``500``, ``503``
        or ``html``; empty is the truth.
    rest_count
        How many REST answers are wrong; 0 is all of them.
    delay_ms
        Added to every REST answer and stream frame.
    cut_after_s
        Life of a socket; the exchange cuts after 24 hours.
    """

    freeze: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    repeat: tuple[str, ...] = ()
    out_of_order_every: int = 0
    malformed_every: int = 0
    truncated_every: int = 0
    foreign: bool = False
    rest: str = ""
    rest_count: int = 0
    delay_ms: int = 0
    cut_after_s: float = 86_400.0

    def __post_init__(self) -> None:
        for kind in (*self.freeze, *self.silent, *self.repeat):
            if kind not in STREAM_KINDS:
                raise ValueError(
                    f"The stream kind is {kind!r}; it must be one of "
                    f"{', '.join(STREAM_KINDS)}."
                )
        if self.rest and self.rest not in REST_FAULTS:
            raise ValueError(
                f"The REST fault is {self.rest!r}; it must be one of "
                f"{', '.join(REST_FAULTS)}."
            )


def changed(faults: Faults, wish: Mapping[str, Any]) -> Faults:
    """
    Return the faults with some of them replaced.

    Raises
    ------
    ValueError
        If a name is unknown or a value is of the wrong type.
    """
    known = {field.name: field.default for field in dataclasses.fields(Faults)}
    values: dict[str, Any] = {}
    for name, value in wish.items():
        if name not in known:
            raise ValueError(
                f"The fault is {name!r}; it must be one of {', '.join(known)}."
            )
        values[name] = _typed(name, value, known[name])
    return dataclasses.replace(faults, **values)


def _typed(name: str, value: object, default: object) -> object:
    if isinstance(default, tuple) and isinstance(value, list):
        return tuple(str(item) for item in value)
    if isinstance(default, bool) or isinstance(value, bool):
        if isinstance(default, bool) and isinstance(value, bool):
            return value
    elif isinstance(default, int | float) and isinstance(value, int | float):
        return value if value >= 0 else _refuse(name, value, "zero or more")
    elif isinstance(default, str) and isinstance(value, str | int):
        return str(value)
    return _refuse(
        name,
        value,
        f"like {list(default) if isinstance(default, tuple) else default!r}",
    )


def _refuse(name: str, value: object, right: str) -> object:
    raise ValueError(f"The fault {name!r} is {value!r}; it must be {right}.")
