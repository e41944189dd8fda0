"""Rules, what they found and who was told, for operators."""

from alerts.admin.alerts import AlertAdmin
from alerts.admin.deliveries import DeliveryAdmin, DestinationAdmin
from alerts.admin.episodes import EpisodeAdmin
from alerts.admin.signals import SignalAdmin

__all__ = [
    "AlertAdmin",
    "DeliveryAdmin",
    "DestinationAdmin",
    "EpisodeAdmin",
    "SignalAdmin",
]
