"""Changes of a topic, and how several become one for a slow listener."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import orjson


@dataclass(frozen=True)
class Update:
    """
    A change of one topic, encoded once for all who listen.

    Its data are `head`, the values of `items` with commas between, and `tail`.
    An item is the whole newest state of its key (a pair, a candle, a level of a
    book, a trade), so that a newer one replaces an older without loss.
    """

    topic: str
    seq: int
    head: bytes
    items: Mapping[str | int, bytes] = field(default_factory=dict)
    tail: bytes = b""
    from_seq: int | None = None
    """First sequence number that was merged into this one."""

    def merged_into(self, newer: "Update") -> "Update":
        """Return one update that says all of this one and `newer`."""
        first = self.seq if self.from_seq is None else self.from_seq
        return Update(
            newer.topic,
            newer.seq,
            newer.head,
            {**self.items, **newer.items},
            newer.tail,
            first,
        )

    @cached_property
    def text(self) -> str:
        """The frame."""
        merged = b"" if self.from_seq is None else b'"from_seq":%d,' % self.from_seq
        return b"".join(
            (
                b'{"type":"update","topic":',
                orjson.dumps(self.topic),
                b',"seq":%d,' % self.seq,
                merged,
                b'"data":',
                self.head,
                # A merged candle may be older than those it was merged with.
                b",".join(self.items[key] for key in sorted(self.items, key=_place)),
                self.tail,
                b"}",
            )
        ).decode()


# Open times and trade ids by their value, names by theirs.
def _place(key: str | int) -> tuple[int, str]:
    return (key, "") if isinstance(key, int) else (0, key)


def snapshot_text(topic: str, seq: int, data: bytes) -> str:
    """Return the frame of a whole topic."""
    name = orjson.dumps(topic).decode()
    return f'{{"type":"snapshot","topic":{name},"seq":{seq},"data":{data.decode()}}}'
