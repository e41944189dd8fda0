"""What the database keeps of rules, of what they found, and of who was told."""

from alerts.models.delivery import Delivery, Destination, DestinationState
from alerts.models.episodes import (
    Episode,
    EpisodeEvent,
    Evaluation,
    EvaluationLayout,
    Outcome,
    Suppression,
)
from alerts.models.rules import (
    Alert,
    AlertRevision,
    RuleChange,
    Signal,
    SignalChoice,
    SignalVersion,
)

__all__ = [
    "Alert",
    "AlertRevision",
    "Delivery",
    "Destination",
    "DestinationState",
    "Episode",
    "EpisodeEvent",
    "Evaluation",
    "EvaluationLayout",
    "Outcome",
    "RuleChange",
    "Signal",
    "SignalChoice",
    "SignalVersion",
    "Suppression",
]
