"""What rules found: episodes, their events, and what held them back."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from alerts.types import Clock, Phase, Reason


class Episode(models.Model):
    """
    One time that a rule came true for a pair, from opening to close.

    Times are closes (UTC ms), or seconds for rules of the live clock. `value`
    is that of the rule's first metric. It outlives the alert it came from.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="episodes",
    )
    """Whose alert it is; none for a signal."""
    alert = models.ForeignKey(
        "alerts.Alert", models.SET_NULL, null=True, blank=True, related_name="episodes"
    )
    signal = models.ForeignKey(
        "alerts.Signal", models.CASCADE, null=True, blank=True, related_name="episodes"
    )
    rule_number = models.BigIntegerField()
    rule_name = models.CharField(max_length=80)
    rule_version = models.CharField(max_length=16)
    venue = models.CharField(max_length=16)
    market_key = models.CharField(max_length=120)
    symbol = models.CharField(max_length=40)
    clock = models.CharField(max_length=6, choices=[(one, one) for one in Clock])
    timeframe = models.CharField(max_length=3)
    opened_ms = models.BigIntegerField()
    closed_ms = models.BigIntegerField(null=True, blank=True)
    price = models.FloatField(null=True)
    metric = models.CharField(max_length=40, blank=True)
    value = models.FloatField(null=True)
    extreme = models.FloatField(null=True)
    escalations = models.PositiveIntegerField(default=0)
    false_closes = models.PositiveSmallIntegerField(default=0)
    reminded_ms = models.BigIntegerField(null=True, blank=True)
    is_late = models.BooleanField(default=False)
    delay_ms = models.BigIntegerField(default=0)
    """From the close to the moment in which it was found."""
    is_watched = models.BooleanField(default=False, editable=False)
    """Whether each close is looked at, rather than only the one that ends it."""
    values = models.JSONField(default=dict)
    """The metrics of the message, as they were at the opening."""

    class Meta:
        ordering = ("-opened_ms", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("rule_number", "market_key", "symbol"),
                condition=Q(closed_ms__isnull=True),
                name="episode_open_once",
            ),
        )
        indexes = (
            models.Index(fields=("rule_number", "symbol", "-opened_ms")),
            models.Index(fields=("rule_number", "-opened_ms")),
            models.Index(fields=("owner", "-opened_ms")),
            models.Index(fields=("signal", "-opened_ms")),
            models.Index(fields=("-opened_ms",)),
            models.Index(
                fields=("market_key", "clock", "timeframe"),
                condition=Q(closed_ms__isnull=True, is_watched=True),
                name="episode_watched",
            ),
        )

    def __str__(self) -> str:
        return f"{self.rule_name} {self.symbol}"

    @property
    def is_open(self) -> bool:
        """Whether it goes on."""
        return self.closed_ms is None


class EpisodeEvent(models.Model):
    """A phase of an episode at one candle: what may be told, exactly once."""

    episode = models.ForeignKey(Episode, models.CASCADE, related_name="events")
    rule_number = models.BigIntegerField()
    market_key = models.CharField(max_length=120)
    symbol = models.CharField(max_length=40)
    candle_open_ms = models.BigIntegerField()
    phase = models.CharField(max_length=8, choices=[(one, one) for one in Phase])
    at_ms = models.BigIntegerField()
    """The close, or the second."""
    price = models.FloatField(null=True)
    value = models.FloatField(null=True)
    held_back = models.CharField(
        max_length=15, blank=True, choices=[(one, one) for one in Reason]
    )
    """Why nobody was told: quiet hours or a limit; empty where it was told."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=(
                    "rule_number",
                    "market_key",
                    "symbol",
                    "candle_open_ms",
                    "phase",
                ),
                name="event_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.episode_id} {self.phase}"


class Suppression(models.Model):
    """
    That a rule would have opened for a pair, and what held it back.

    One that waits (`ended_ms` is none) opens its episode once it may, should
    the condition still be true.
    """

    rule_number = models.BigIntegerField()
    market_key = models.CharField(max_length=120)
    symbol = models.CharField(max_length=40)
    at_ms = models.BigIntegerField()
    reason = models.CharField(max_length=15, choices=[(one, one) for one in Reason])
    due_ms = models.BigIntegerField()
    ended_ms = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("rule_number", "market_key", "symbol", "at_ms"),
                name="suppression_once",
            ),
        )
        indexes = (
            models.Index(
                fields=("market_key", "due_ms"),
                condition=Q(ended_ms__isnull=True),
                name="suppression_waiting",
            ),
        )

    def __str__(self) -> str:
        return f"rule {self.rule_number} {self.symbol}: {self.reason}"


class Evaluation(models.Model):
    """How far rules have been asked, and what they remember of it; also the lock."""

    market_key = models.CharField(max_length=120)
    venue = models.CharField(max_length=16)
    clock = models.CharField(max_length=6, choices=[(one, one) for one in Clock])
    evaluated_ms = models.BigIntegerField(default=0)
    """The last close (or second) that was asked."""
    memory = models.BinaryField(default=bytes)
    """Last known truths, as the books pack them, in the order of its layout."""
    layout_digest = models.CharField(max_length=16, blank=True)
    """Which layout that is; empty where nothing is known."""
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("venue", "market_key", "clock"), name="evaluation_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.venue} {self.clock}"


class EvaluationLayout(models.Model):
    """Of which rules and pairs an evaluation knows; written when a rule changes."""

    evaluation = models.OneToOneField(
        Evaluation, models.CASCADE, primary_key=True, related_name="layout"
    )
    digest = models.CharField(max_length=16)
    packed = models.BinaryField()

    def __str__(self) -> str:
        return f"layout of {self.evaluation}"


class Outcome(models.Model):
    """What came after an opening, by definitions fixed beforehand; in %."""

    episode = models.OneToOneField(Episode, models.CASCADE, related_name="outcome")
    return_15m = models.FloatField(null=True)
    return_1h = models.FloatField(null=True)
    return_4h = models.FloatField(null=True)
    return_24h = models.FloatField(null=True)
    has_hit = models.BooleanField(null=True)
    """Target before stop: true; stop first: false; none: neither in time."""
    was_true_at_close = models.BooleanField(null=True)
    """For the live clock: whether it still held when its minute closed."""
    due_ms = models.BigIntegerField(null=True, db_index=True)
    """When there will be more to measure; none once all is."""
    measured_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"outcome of {self.episode_id}"
