"""Every metric of one pair, for those who look at that pair alone."""

from typing import Final, override

import orjson

from markets.engine.catalogue import METRIC_OF, is_price_sized
from markets.engine.table import Table
from markets.live.broadcast import Broadcast
from markets.live.topics import Topic


class MetricsBroadcast(Broadcast):
    """
    The row of one pair: whole at first, then the metrics that changed.

    Values are rounded to one more decimal than is shown, so that what nobody
    could see is not a change; prices and their differences are not, for six
    decimals of a small price may be nothing. NaN becomes null.
    """

    def __init__(self, topic: Topic) -> None:
        super().__init__(topic)
        self._as_of_ms = 0
        self._values: dict[str | int, bytes] = {}

    @override
    def data(self) -> bytes | None:
        if not self._values:
            return None
        return _head(self._as_of_ms) + b",".join(self._values.values()) + _TAIL

    def advance(self, table: Table) -> None:
        """Go on to a newer table; one without the pair says nothing of it."""
        if self.topic.symbol not in table.row_of:
            return
        values = _encoded(table, self.topic.symbol)
        changed = {
            name: value
            for name, value in values.items()
            if self._values.get(name) != value
        }
        is_first = not self._values
        self._as_of_ms, self._values = table.as_of_ms, values
        if is_first:
            self.tell_all()
        elif changed:
            self.tell(_head(table.as_of_ms), changed, _TAIL)


def _encoded(table: Table, symbol: str) -> dict[str | int, bytes]:
    row = table.values[:, table.row_of[symbol]].tolist()
    return {
        name: b'"%s":%s' % (name.encode(), orjson.dumps(_rounded(name, value)))
        for name, value in zip(table.columns, row, strict=True)
    }


def _rounded(name: str, value: float) -> float:
    metric = METRIC_OF.get(name)
    if metric is None or metric.decimals is None or is_price_sized(metric):
        return value
    return round(value, metric.decimals + 1)


def _head(as_of_ms: int) -> bytes:
    return b'{"as_of":%d,"metrics":{' % as_of_ms


_TAIL: Final = b"}}"
