import numpy as np

from markets.engine.table import Table


def test_a_packed_table_comes_back_whole() -> None:
    values = np.array([[1.5, np.nan], [3.25, -0.0]])
    table = Table(
        "binance", "generated:7", "Not real", "live", 3, 60_000, ("A", "Б"),
        ("price", "change_5m"), values,
    )  # fmt: skip

    back = Table.from_bytes(table.to_bytes())

    assert back.symbols == ("A", "Б")
    assert (back.venue, back.market_key, back.clock) == (
        "binance",
        "generated:7",
        "live",
    )
    assert (back.sequence, back.as_of_ms) == (3, 60_000)
    assert back.values.tobytes() == values.tobytes()
    assert back.values.flags.aligned
