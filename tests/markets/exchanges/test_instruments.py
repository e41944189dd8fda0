import gzip
import json
import logging
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from markets.errors import BadAnswerError
from markets.exchanges.binance.instruments import parse_listing
from markets.types import Instrument, InstrumentStatus, Venue

PERPETUAL = {
    "symbol": "BTCUSDT",
    "status": "TRADING",
    "baseAsset": "BTC",
    "quoteAsset": "USDT",
    "contractType": "PERPETUAL",
    "onboardDate": 1_567_965_300_000,
    "deliveryDate": 4_133_404_800_000,
    "underlyingSubType": ["PoW"],
    "filters": [
        {"filterType": "PRICE_FILTER", "tickSize": "0.10"},
        {"filterType": "LOT_SIZE", "stepSize": "0.00100000"},
        {"filterType": "MIN_NOTIONAL", "notional": "50"},
    ],
}


def futures(**changes: Any) -> list[Instrument]:
    body = json.dumps({"symbols": [PERPETUAL | changes]}).encode()
    return parse_listing(body, Venue.BINANCE_USDM).instruments


def test_perpetual_bears_steps_dates_and_categories() -> None:
    assert futures() == [
        Instrument(
            venue=Venue.BINANCE_USDM,
            symbol=futures()[0].symbol,
            base_asset="BTC",
            quote_asset="USDT",
            status=InstrumentStatus.TRADING,
            contract_type="PERPETUAL",
            tick_size=Decimal("0.1"),
            step_size=Decimal("0.001"),
            min_notional=Decimal(50),
            listed_at_ms=1_567_965_300_000,
            delisted_at_ms=None,
            categories=("PoW",),
        )
    ]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("TRADING", InstrumentStatus.TRADING),
        ("PENDING_TRADING", InstrumentStatus.PENDING),
        ("SETTLING", InstrumentStatus.DELISTED),
        ("CLOSE", InstrumentStatus.DELISTED),
        ("BREAK", InstrumentStatus.HALTED),
        ("CANCEL_ONLY", InstrumentStatus.HALTED),
    ],
)
def test_statuses_are_mapped(status: str, expected: InstrumentStatus) -> None:
    assert futures(status=status)[0].status is expected


def test_unknown_status_is_halted_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        assert futures(status="NAPPING")[0].status is InstrumentStatus.HALTED

    assert "NAPPING" in caplog.text


@pytest.mark.parametrize(
    "changes", [{"quoteAsset": "USDC"}, {"contractType": "CURRENT_QUARTER"}]
)
def test_other_quotes_and_delivery_contracts_are_left_out(
    changes: dict[str, str],
) -> None:
    assert futures(**changes) == []


@pytest.mark.parametrize("step", ["0", "", "NaN", "Infinity", "a tenth"])
def test_instrument_without_a_price_step_is_left_out(step: str) -> None:
    filters = [
        {"filterType": "PRICE_FILTER", "tickSize": step},
        {"filterType": "LOT_SIZE", "stepSize": "1"},
    ]

    assert futures(filters=filters) == []


def test_step_above_one_keeps_its_plain_form() -> None:
    filters = [
        {"filterType": "PRICE_FILTER", "tickSize": "10.000"},
        {"filterType": "LOT_SIZE", "stepSize": "1"},
    ]

    assert str(futures(filters=filters)[0].tick_size) == "10"


def test_broken_answer_is_refused() -> None:
    with pytest.raises(BadAnswerError):
        parse_listing(b'{"symbols": [{"symbol": 1}]}', Venue.BINANCE_USDM)


@pytest.mark.recorded
def test_recorded_futures_list_is_whole(recorded_data: Path) -> None:
    path = recorded_data / "binance/rest/usdm_exchangeInfo_20260703.json.gz"

    listing = parse_listing(gzip.decompress(path.read_bytes()), Venue.BINANCE_USDM)

    # Counted in the file: 529 + 118 trade, 2 are pending, 122 settle.
    assert Counter(one.status for one in listing.instruments) == {
        InstrumentStatus.TRADING: 647,
        InstrumentStatus.PENDING: 2,
        InstrumentStatus.DELISTED: 122,
    }
    assert listing.weight_per_minute == 2_400
    omg = next(one for one in listing.instruments if one.symbol == "OMGUSDT")
    assert (omg.listed_at_ms, omg.delisted_at_ms) == (
        1_593_680_400_000,
        1_738_314_000_000,
    )


@pytest.mark.recorded
def test_recorded_spot_list_takes_categories_by_base_asset(
    recorded_data: Path,
) -> None:
    path = recorded_data / "binance/rest/spot_exchangeInfo_BTC_ETH_XVG_20260703.json"

    listing = parse_listing(
        path.read_bytes(), Venue.BINANCE_SPOT, categories={"BTC": ["PoW"]}
    )

    assert listing.weight_per_minute == 6_000
    by_base = {one.base_asset: one for one in listing.instruments}
    assert by_base["BTC"].categories == ("PoW",)
    assert by_base["ETH"].categories == ()
    assert by_base["BTC"].tick_size == Decimal("0.01")
    assert by_base["BTC"].min_notional == Decimal(5)


@pytest.mark.recorded
def test_recorded_spot_list_of_2022_is_read(recorded_data: Path) -> None:
    path = recorded_data / "binance/rest/spot_exchangeInfo_20221203.json.gz"
    body = gzip.decompress(path.read_bytes())
    in_usdt = [
        one for one in json.loads(body)["symbols"] if one["quoteAsset"] == "USDT"
    ]

    listing = parse_listing(body, Venue.BINANCE_SPOT)

    assert len(listing.instruments) == len(in_usdt)
    assert sum(
        one.status is InstrumentStatus.TRADING for one in listing.instruments
    ) == sum(one["status"] == "TRADING" for one in in_usdt)
