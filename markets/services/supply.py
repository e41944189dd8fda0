"""Keeping the circulating supply, which the exchange does not tell."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from markets import models

_THOUSANDS: Final = re.compile(r"^(1000000|1000)(?=[A-Z])")


def supplies_of(coins: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """
    Return the units in circulation by asset, from CoinGecko's market list.

    Parameters
    ----------
    coins
        Rows of ``/coins/markets``, highest market value first: of two coins
        with the same symbol the first is the one that is traded.
    """
    supplies: dict[str, float] = {}
    for coin in coins:
        supply = coin.get("circulating_supply")
        symbol = coin.get("symbol")
        if isinstance(symbol, str) and isinstance(supply, int | float) and supply > 0:
            supplies.setdefault(symbol.upper(), float(supply))
    return supplies


def save_supplies(supplies: Mapping[str, float]) -> int:
    """
    Store the circulating supply of every instrument whose asset is known.

    A contract on a thousand units (1000PEPEUSDT) counts a thousandth of them,
    so that supply times price is the market value. Returns the number stored.
    """
    changed = []
    for row in models.Instrument.objects.all():
        supply = _supply_of(row.base_asset, supplies)
        if supply is not None and supply != row.circulating_supply:
            row.circulating_supply = supply
            changed.append(row)
    models.Instrument.objects.bulk_update(
        changed, ["circulating_supply"], batch_size=200
    )
    return len(changed)


def _supply_of(asset: str, supplies: Mapping[str, float]) -> float | None:
    if asset in supplies:
        return supplies[asset]
    multiple = _THOUSANDS.match(asset)
    if multiple is None:
        return None
    supply = supplies.get(asset[multiple.end() :])
    return None if supply is None else supply / int(multiple.group())
