"""What the Heatmaps page shows first: one book over time, or the whole market."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from markets.engine.table import Table
from markets.pages.symbol import near_names, price_steps
from markets.selectors.pairs import Pair, tick_size_of

TABS: Final[tuple[tuple[str, str], ...]] = (
    ("market", "Market"),
    ("book", "Order book"),
)
WINDOWS: Final = ("5m", "15m", "1h", "4h", "8h", "1d")
"""Those whose change is told with every tick."""
SIZES: Final[tuple[tuple[str, str], ...]] = (
    ("volume", "Volume 24h"),
    ("cap", "Market cap"),
)
DEFAULT_WINDOW: Final = "1h"


@dataclass(frozen=True, slots=True)
class HeatmapChoice:
    """What a person has chosen; `unknown` is a pair that is not there."""

    tab: str
    pair: str
    window: str
    size: str
    is_grouped: bool
    unknown: str = ""


def read_choice(query: Mapping[str, str], table: Table) -> HeatmapChoice:
    """Read the choices of the address; what does not exist gives the default."""
    written = query.get("pair", "").strip().upper()
    pair = next((s for s in (written, f"{written}USDT") if s in table.row_of), "")
    window, size = query.get("window", ""), query.get("size", "")
    return HeatmapChoice(
        tab=query["tab"] if query.get("tab") in dict(TABS) else TABS[0][0],
        pair=pair or ("BTCUSDT" if "BTCUSDT" in table.row_of else table.symbols[0]),
        window=window if window in WINDOWS else DEFAULT_WINDOW,
        size=size if size in dict(SIZES) else SIZES[0][0],
        is_grouped=query.get("groups", "yes") != "no",
        unknown="" if pair else written[:40],
    )


def heatmap_page(
    table: Table, pairs: Mapping[str, Pair], choice: HeatmapChoice
) -> dict[str, Any]:
    """Return what the template of the page shows."""
    tick_size = tick_size_of(choice.pair, pairs)
    supplies = _supplies(table)
    return {
        "choice": choice,
        "tabs": TABS,
        "windows": WINDOWS,
        "sizes": [one for one in SIZES if one[0] != "cap" or supplies],
        "has_groups": any(pair.categories for pair in pairs.values()),
        "pair": pairs.get(choice.pair, Pair(choice.pair, choice.pair, "", 8)),
        "near": near_names(choice.unknown, table) if choice.unknown else [],
        "tick": f"{tick_size:f}",
        "buckets": price_steps(tick_size),
        "pairs": [
            (one.symbol, one.base_asset, one.quote_asset, one.decimals)
            for one in pairs.values()
        ],
        "traits": {
            one.symbol: (
                one.categories[0] if one.categories else "",
                supplies.get(one.symbol),
            )
            for one in pairs.values()
        },
    }


# Units in circulation of the pairs of which they are known.
def _supplies(table: Table) -> dict[str, float]:
    if "circulating_supply" not in table.column_of:
        return {}
    values = table.column("circulating_supply")
    known = zip(table.symbols, values.tolist(), strict=True)
    return {symbol: value for symbol, value in known if not np.isnan(value)}
