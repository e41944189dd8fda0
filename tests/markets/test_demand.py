import pytest
from pytest_django import Settings

from markets import demand
from markets.demand import LEASE_S, DemandHere, demand_for
from markets.types import StreamKind, Symbol, Venue, Watched

BOOK = Watched(StreamKind.BOOK, Symbol("BTCUSDT"))


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_the_feed_and_the_hub_of_a_process_mean_the_same_leases(
    settings: Settings,
) -> None:
    settings.REDIS_URL = ""
    demand._demand_for.cache_clear()

    demand_for("binanceusdm").renew([BOOK])

    assert demand_for(Venue.BINANCE_USDM).wanted() == {BOOK}
    demand._demand_for.cache_clear()


@pytest.mark.parametrize(("later_s", "wanted"), [(0.9, {BOOK}), (1.1, set())])
def test_a_lease_that_nobody_renews_runs_out(
    later_s: float, wanted: set[Watched]
) -> None:
    clock = Clock()
    leases = DemandHere(clock)
    leases.renew([BOOK])

    clock.now_s += later_s * LEASE_S

    assert leases.wanted() == wanted
