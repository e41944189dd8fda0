"""Rules: what people and the operator want to hear of."""

from django.conf import settings
from django.db import models

from alerts.rules.stable import without_stable
from alerts.types import Clock, Mode, Scope, Side
from markets.types import TIMEFRAMES

LONGEST_NAME = 80


class Signal(models.Model):
    """
    A rule of the operator's for the whole market.

    It is asked at each close of a minute. `version` is a hash of what decides
    when it fires; each version keeps a record of its own.
    """

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=LONGEST_NAME)
    side = models.CharField(max_length=7, choices=[(one, one) for one in Side])
    expression = models.TextField(max_length=2_000)
    closes_when = models.TextField(
        max_length=2_000,
        blank=True,
        help_text="Ends an episode; empty: after so many false closes in a row.",
    )
    false_closes = models.PositiveSmallIntegerField(default=3)
    cool_down_minutes = models.PositiveIntegerField(default=5)
    escalate_step = models.FloatField(
        null=True,
        blank=True,
        help_text="A new extreme by so much, in the unit of its first metric, is told.",
    )
    leaves_out_stable = models.BooleanField(
        "leaves out stablecoin and fiat bases", default=True
    )
    description = models.TextField(blank=True)
    is_enabled = models.BooleanField("enabled", default=True)
    mirror = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="The rule that can never be true together with this one.",
    )
    version = models.CharField(max_length=16, editable=False)
    tripped_at = models.DateTimeField(null=True, blank=True, editable=False)
    tripped_reason = models.CharField(max_length=300, blank=True, editable=False)
    """Why its deliveries are stopped: it contradicted itself or its mirror."""
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name

    @property
    def number(self) -> int:
        """Its number among all rules."""
        return -int(self.pk)

    @property
    def watched(self) -> str:
        """What the engine is asked."""
        if self.leaves_out_stable:
            return without_stable(self.expression)
        return self.expression


class SignalVersion(models.Model):
    """What a signal was from a moment on."""

    signal = models.ForeignKey(Signal, models.CASCADE, related_name="versions")
    version = models.CharField(max_length=16)
    definition = models.JSONField()
    since = models.DateTimeField()

    class Meta:
        ordering = ("-since",)

    def __str__(self) -> str:
        return f"{self.signal} {self.version}"


class SignalChoice(models.Model):
    """That a person wants to be told of a signal, and where."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="signal_choices"
    )
    signal = models.ForeignKey(Signal, models.CASCADE, related_name="choices")
    destinations = models.ManyToManyField("alerts.Destination", blank=True)
    is_enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("owner", "signal"), name="chosen_once"),
        )

    def __str__(self) -> str:
        return f"{self.signal_id} for {self.owner_id}"


class Alert(models.Model):
    """
    A person's rule.

    `expression` is the condition in the one language; `form` is the simple form
    that wrote it, none where the person wrote it. `watched` is what the engine
    is asked: the condition, joined with the screen's where the scope is one.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="alerts"
    )
    name = models.CharField(max_length=LONGEST_NAME)
    scope = models.CharField(max_length=9, choices=[(one, one) for one in Scope])
    symbol = models.CharField(max_length=40, blank=True)
    watchlist = models.ForeignKey(
        "markets.Watchlist", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    screen = models.ForeignKey(
        "markets.Screen", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    form = models.JSONField(null=True, blank=True)
    expression = models.TextField(max_length=2_000)
    closes_when = models.TextField(max_length=2_000, blank=True)
    watched = models.TextField(editable=False)
    clock = models.CharField(
        max_length=6, choices=[(one, one) for one in Clock], default=Clock.CLOSED
    )
    timeframe = models.CharField(
        max_length=3, choices=[(one, one) for one in TIMEFRAMES], default="1m"
    )
    mode = models.CharField(
        max_length=15, choices=[(one, one) for one in Mode], default=Mode.EACH_EPISODE
    )
    remind_minutes = models.PositiveIntegerField(default=0)
    cool_down_minutes = models.PositiveIntegerField(default=5)
    false_closes = models.PositiveSmallIntegerField(default=1)
    escalate_step = models.FloatField(null=True, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    quiet_start = models.PositiveSmallIntegerField(null=True, blank=True)
    """Minute of the day in `time_zone` at which quiet hours begin."""
    quiet_end = models.PositiveSmallIntegerField(null=True, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    template = models.TextField(max_length=1_000, blank=True)
    destinations = models.ManyToManyField("alerts.Destination", blank=True)
    is_enabled = models.BooleanField("enabled", default=True)
    is_active = models.BooleanField(default=True, editable=False)
    """Whether it is asked now: enabled, within its dates, and not yet finished."""
    finished_at = models.DateTimeField(null=True, blank=True, editable=False)
    """When one that speaks once has spoken."""
    version = models.CharField(max_length=16, editable=False)
    request_key = models.CharField(max_length=64, null=True, editable=False)  # noqa: DJ001 - null is not unique
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("owner", "request_key"), name="alert_request_once"
            ),
        )
        indexes = (
            models.Index(fields=("is_active", "clock", "timeframe")),
            models.Index(fields=("expires_at",)),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def number(self) -> int:
        """Its number among all rules."""
        return int(self.pk)


class AlertRevision(models.Model):
    """What an alert was from a moment on, so that its past can be explained."""

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="revisions")
    since_ms = models.BigIntegerField()
    is_active = models.BooleanField()
    definition = models.JSONField()

    class Meta:
        ordering = ("-since_ms", "-id")
        indexes = (models.Index(fields=("alert", "since_ms")),)

    def __str__(self) -> str:
        return f"{self.alert_id} since {self.since_ms}"


class RuleChange(models.Model):
    """That a rule changed: workers read these to bring their books up to date."""

    number = models.BigIntegerField()
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return f"rule {self.number}"
