"""Where people are told, and what they are owed."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from alerts.types import DeliveryState, DestinationKind
from scalpaiboard.lib.encrypted import EncryptedJSONField


class DestinationState(models.TextChoices):
    """Whether messages go there."""

    UNVERIFIED = "unverified"
    VERIFIED = "verified"
    PAUSED = "paused"


class Destination(models.Model):
    """
    An address of a person's, used once it is proved to be theirs.

    `config` holds what its transport needs, encrypted; `secret_hash` is that of
    the code or token which proves it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="destinations"
    )
    kind = models.CharField(
        max_length=8, choices=[(one, one) for one in DestinationKind]
    )
    name = models.CharField(max_length=80)
    config = EncryptedJSONField(default=dict)
    state = models.CharField(
        max_length=10, choices=DestinationState, default=DestinationState.UNVERIFIED
    )
    secret_hash = models.CharField(max_length=64, blank=True, editable=False)
    secret_sent_at = models.DateTimeField(null=True, editable=False)
    secret_tries = models.PositiveSmallIntegerField(default=0, editable=False)
    messages_an_hour = models.PositiveIntegerField(default=60)
    muted_until = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.CharField(max_length=300, blank=True, editable=False)
    request_key = models.CharField(max_length=64, null=True, editable=False)  # noqa: DJ001 - null is not unique
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("created_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("owner",),
                condition=Q(kind=DestinationKind.IN_APP),
                name="in_app_once",
            ),
            models.UniqueConstraint(
                fields=("owner", "request_key"), name="destination_request_once"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_ready(self) -> bool:
        """Whether messages may go there."""
        return self.state == DestinationState.VERIFIED


class Delivery(models.Model):
    """
    A message owed to a destination: one row of the outbox.

    `key` names what it tells and to whom, so it is owed once whatever runs
    twice; a receiver gets it as idempotency key. `thread` ties the messages of
    one episode together. `content` is what was written when it was owed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=200, unique=True)
    destination = models.ForeignKey(
        Destination, models.CASCADE, related_name="deliveries"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="deliveries"
    )
    events = models.ManyToManyField(
        "alerts.EpisodeEvent", blank=True, related_name="deliveries"
    )
    thread = models.CharField(max_length=100, blank=True)
    content = models.JSONField()
    state = models.CharField(
        max_length=9,
        choices=[(one, one) for one in DeliveryState],
        default=DeliveryState.OWED,
    )
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True, editable=False)
    """Who holds the lease; only they may record what came of it."""
    reference = models.CharField(max_length=300, blank=True)
    """The receiver's own name of the message, for edits."""
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    """When the person saw one that is shown in the app."""

    class Meta:
        ordering = ("-created_at",)
        verbose_name_plural = "deliveries"
        indexes = (
            models.Index(
                fields=("due_at",),
                condition=Q(state__in=("owed", "claimed")),
                name="delivery_due",
            ),
            models.Index(fields=("destination", "thread", "state")),
            models.Index(fields=("owner", "-created_at")),
            models.Index(fields=("-created_at",)),
        )

    def __str__(self) -> str:
        return f"{self.key} {self.state}"
