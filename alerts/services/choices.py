"""Choosing signals to hear of."""

from typing import Any

from django.db import transaction

from alerts.alert_content import MOST_DESTINATIONS
from alerts.errors import BadContentError
from alerts.models import Destination, Signal, SignalChoice
from alerts.selectors.choices import choices_of
from alerts.selectors.surroundings import Surroundings
from alerts.typed import Typed


@transaction.atomic
def choose_signal(owner_id: Any, signal: Signal, given: object) -> SignalChoice:
    """
    Have a person told of a signal, at the destinations given and no others.

    Raises
    ------
    BadContentError
        If a destination is not the person's.
    """
    typed = Typed(given, "choice")
    destinations = typed.identities("destinations", most=MOST_DESTINATIONS)
    typed.done()
    strange = Surroundings(owner_id).strange_destinations(destinations)
    if strange:
        sentence = f"You have no destination {strange[0]}."
        raise BadContentError({"destinations": [sentence]})
    choice, _ = SignalChoice.objects.update_or_create(
        owner_id=owner_id, signal=signal, defaults={"is_enabled": True}
    )
    choice.destinations.set(Destination.objects.filter(pk__in=destinations))
    return choice


def leave_signal(owner_id: Any, signal: Signal) -> None:
    """Have a person told of a signal no longer."""
    choices_of(owner_id).filter(signal=signal).delete()
