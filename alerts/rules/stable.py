"""Base assets that are worth about one unit of some state's money."""

from typing import Final

STABLE_BASES: Final = (
    *("USDT", "USDC", "FDUSD", "TUSD", "BUSD", "DAI", "USDP", "USDS", "USDE"),
    *("USD1", "PYUSD", "GUSD", "LUSD", "FRAX", "SUSD", "USTC", "UST", "XUSD"),
    *("RLUSD", "BFUSD", "USDD", "AEUR", "EURI", "EURC", "EURT", "PAX", "VAI"),
    *("USD", "EUR", "GBP", "AUD", "TRY", "BRL", "RUB", "UAH", "NGN"),
    *("JPY", "ZAR", "PLN", "RON", "ARS", "CZK", "MXN", "COP", "IDR"),
    *("BIDR"),
)


def without_stable(expression: str) -> str:
    """Return a condition that leaves out pairs whose base is stable or fiat."""
    bases = ", ".join(f'"{base}"' for base in STABLE_BASES)
    return f"({expression}) and base not in ({bases})"
