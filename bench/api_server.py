"""
The server under load of `bench.api`: the product, a made-up feed, and a peer.

The peer is what Django REST framework does by itself: a serializer run over
every row of the same table, for every request.
"""

import os
import threading
import time
from collections.abc import Iterator
from typing import Any, Final

import django
import numpy as np

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scalpaiboard.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework import serializers  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402

from bench._rows import store_market  # noqa: E402
from bench.api_question import COLUMNS, PAIRS  # noqa: E402
from markets import models, snapshots  # noqa: E402
from markets.engine.catalogue import METRICS  # noqa: E402
from markets.engine.table import Table  # noqa: E402
from markets.live import bus  # noqa: E402
from markets.selectors.tables import current_table  # noqa: E402
from scalpaiboard import asgi, urls  # noqa: E402
from scalpaiboard.lib.clock import now_ms  # noqa: E402

STEP_S: Final = 0.25
SYMBOLS: Final = tuple(f"COIN{number:03}USDT" for number in range(PAIRS))
NAMES: Final = tuple(metric.name for metric in METRICS)
KEY: Final = "generated:7"


class CoinSerializer(serializers.Serializer[list[dict[str, Any]]]):
    """A row of the table, a field a column."""

    symbol = serializers.CharField()
    base_asset = serializers.CharField()
    quote_asset = serializers.CharField()

    def get_fields(self) -> dict[str, Any]:
        """Add the columns asked for."""
        columns = {name: serializers.FloatField(allow_null=True) for name in COLUMNS}
        return {**super().get_fields(), **columns}


class PeerView(APIView):
    def get(self, request: Request) -> Response:
        table = current_table("live")
        rows: list[dict[str, Any]] = [
            {
                "symbol": one.symbol,
                "base_asset": one.base_asset,
                "quote_asset": one.quote_asset,
                **table.row(one.symbol),
            }
            for one in models.Instrument.objects.all()
        ]
        rows.sort(key=lambda row: -row["quote_volume_1d"])
        return Response({"coins": CoinSerializer(rows, many=True).data})


urlpatterns = [path("peer/coins", PeerView.as_view()), *urls.urlpatterns]


def tables() -> Iterator[Table]:
    """Yield a market in which every pair has moved at each step."""
    rng = np.random.default_rng(7)
    values = rng.random((len(NAMES), PAIRS)) * 100
    for sequence in range(1, 10**9):
        values = values * (1 + rng.normal(0, 0.0001, values.shape))
        yield Table(
            settings.VENUE, KEY, "", "live", sequence, now_ms(), SYMBOLS, NAMES, values
        )


def _publish() -> None:
    for table in tables():
        snapshots.write_table(table)
        bus.announce({"kind": "live", "venue": table.venue})
        time.sleep(STEP_S)


application = asgi.application
settings.ROOT_URLCONF = "bench.api_server"
call_command("migrate", verbosity=0)
store_market(KEY, SYMBOLS, tick_size="0.0001")
threading.Thread(target=_publish, daemon=True).start()
