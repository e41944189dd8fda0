"""What the database keeps of the market."""

import uuid

from django.conf import settings
from django.db import models

from markets.types import InstrumentStatus, MarketKind, Venue


class Market(models.Model):
    """One source of prices at one venue; everything below belongs to one."""

    venue = models.CharField(max_length=16, choices=[(v, v) for v in Venue])
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=[(k, k) for k in MarketKind])
    label = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("venue", "key"), name="market_once"),
        )

    def __str__(self) -> str:
        return f"{self.venue} {self.key}"


class Instrument(models.Model):
    """A contract or pair of a market, with the dates of its life."""

    market = models.ForeignKey(Market, models.CASCADE, related_name="instruments")
    symbol = models.CharField(max_length=40)
    slot = models.PositiveIntegerField(editable=False)
    """Its place in the blocks of the ledger: dense, given once, never reused."""
    base_asset = models.CharField(max_length=30)
    quote_asset = models.CharField(max_length=30)
    status = models.CharField(
        max_length=10, choices=[(s, s) for s in InstrumentStatus], db_index=True
    )
    contract_type = models.CharField(max_length=30)
    tick_size = models.DecimalField(max_digits=30, decimal_places=16)
    step_size = models.DecimalField(max_digits=30, decimal_places=16)
    min_notional = models.DecimalField(
        max_digits=30, decimal_places=16, null=True, blank=True
    )
    listed_at = models.DateTimeField(null=True, blank=True)
    delisted_at = models.DateTimeField(null=True, blank=True)
    categories = models.JSONField(default=list, blank=True)
    circulating_supply = models.FloatField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("symbol",)
        constraints = (
            models.UniqueConstraint(
                fields=("market", "symbol"), name="instrument_once"
            ),
            models.UniqueConstraint(fields=("market", "slot"), name="slot_once"),
        )

    def __str__(self) -> str:
        return self.symbol


class Candle(models.Model):
    """
    A closed 1m candle.

    Prices and volumes are the nearest doubles of the exchange's decimal text:
    exact to 15 digits, and what the engine computes with. The table is made by
    hand in the migration: clustered by its key on SQLite, partitioned by day
    on PostgreSQL.
    """

    pk = models.CompositePrimaryKey("instrument_id", "open_time_ms")
    instrument = models.ForeignKey(
        Instrument, models.CASCADE, related_name="candles", db_index=False
    )
    open_time_ms = models.BigIntegerField()
    open = models.FloatField()
    high = models.FloatField()
    low = models.FloatField()
    close = models.FloatField()
    volume = models.FloatField()
    quote_volume = models.FloatField(null=True)
    trade_count = models.IntegerField(null=True)
    taker_buy_volume = models.FloatField(null=True)
    taker_buy_quote_volume = models.FloatField(null=True)
    first_trade_id = models.BigIntegerField(null=True)
    last_trade_id = models.BigIntegerField(null=True)
    received_at_ms = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.open_time_ms}"


class LedgerMinute(models.Model):
    """
    Where every candle of one minute came from: a byte an instrument, by slot.

    The bits of a byte: 0-2 the state (none, stream, rest, halted, missing),
    3 late, 4-5 trade ids (0 unknown, 1 continuous, 2 broken).
    """

    market = models.ForeignKey(Market, models.CASCADE, db_index=False)
    open_time_ms = models.BigIntegerField()
    entries = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("market", "open_time_ms"), name="ledger_minute_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.market_id} {self.open_time_ms}"


class EngineCheckpoint(models.Model):
    """What a market's indicators held at a UTC midnight, as the engine packs it."""

    market = models.ForeignKey(Market, models.CASCADE, db_index=False)
    end_ms = models.BigIntegerField()
    state = models.BinaryField()
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("market", "end_ms"), name="checkpoint_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.market_id} {self.end_ms}"


class QuarantinedCandle(models.Model):
    """A candle that failed its checks: kept to be looked at, never used."""

    instrument = models.ForeignKey(Instrument, models.CASCADE)
    open_time_ms = models.BigIntegerField()
    payload = models.JSONField()
    reason = models.CharField(max_length=300)
    received_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("-received_at",)

    def __str__(self) -> str:
        return f"{self.instrument} {self.open_time_ms}: {self.reason}"


class Dashboard(models.Model):
    """The charts of a person's dashboard, as `markets.dashboard_layout` reads them."""

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="dashboard"
    )
    layout = models.JSONField()
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"Dashboard of {self.owner_id}"


class Screen(models.Model):
    """A screen that a person keeps, as `markets.screen_choice` reads it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="screens"
    )
    name = models.CharField(max_length=60)
    choice = models.JSONField()
    link = models.CharField(max_length=43, unique=True, null=True, editable=False)  # noqa: DJ001 - null is not unique
    """What those know with whom it is shared; none while it is private."""
    request_key = models.CharField(max_length=64, null=True, editable=False)  # noqa: DJ001 - null is not unique
    """Names the request that made it, so that a repeated one makes no second."""
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("owner", "name"), name="screen_name_once"),
            models.UniqueConstraint(
                fields=("owner", "request_key"), name="screen_request_once"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Watchlist(models.Model):
    """Pairs that a person watches, in their own order."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="watchlists"
    )
    name = models.CharField(max_length=60)
    symbols = models.JSONField(default=list)
    request_key = models.CharField(max_length=64, null=True, editable=False)  # noqa: DJ001 - null is not unique
    """Names the request that made it, so that a repeated one makes no second."""
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                fields=("owner", "name"), name="watchlist_name_once"
            ),
            models.UniqueConstraint(
                fields=("owner", "request_key"), name="watchlist_request_once"
            ),
        )

    def __str__(self) -> str:
        return self.name


class ExportState(models.TextChoices):
    """How far a file is."""

    WAITING = "waiting"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


class Export(models.Model):
    """A file of the market table that a person asked for; its bytes are in DATA_DIR."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="exports"
    )
    format = models.CharField(max_length=4)
    choice = models.JSONField()
    state = models.CharField(
        max_length=8, choices=ExportState, default=ExportState.WAITING
    )
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.format} of {self.created_at:%Y-%m-%d %H:%M}"
