"""What `bench.api` asks: the market of 700 pairs with 20 columns."""

from typing import Final

from markets.live.ticks import TICK_COLUMNS

PAIRS: Final = 700
COLUMNS: Final = TICK_COLUMNS
COINS: Final = f"/api/coins?limit=1000&columns={','.join(COLUMNS)}"
