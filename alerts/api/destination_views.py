"""Where the caller is told."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from alerts.api import place_schema as schema
from alerts.api.base import AlertsLimit, AlertsView, only_object
from alerts.errors import BadContentError, NotConfiguredError
from alerts.models import Destination, DestinationState
from alerts.selectors.destinations import (
    destination_of,
    destinations_of,
    masked_address,
    next_step,
)
from alerts.services.destinations import (
    change_destination,
    create_destination,
    delete_destination,
)
from alerts.services.notifications import in_app_of
from alerts.services.proofs import prove_by_code, refuse_haste
from alerts.services.trials import owe_destination_test
from alerts.tasks import deliver, start_proof
from alerts.transports.registry import web_push_key
from alerts.typed import iso
from alerts.types import DestinationKind
from markets.api.limits import HourlyLimit
from markets.api.questions import no_question
from markets.api.screen_schema import owned


class ProofLimit(HourlyLimit):
    """Codes go to addresses that may be another's: few are sent."""

    scope = "proofs"
    nameless_limit = user_limit = 60


class OwnedDestinationView(AlertsView):
    """Destinations of the caller."""

    def own(self, destination_id: UUID) -> Destination:
        """Return the caller's destination; raises NotFound for anyone else's."""
        destination = destination_of(self.request.user.pk, destination_id)
        if destination is None:
            raise NotFound("You have no such destination.")
        return destination

    def get_throttles(self) -> list[BaseThrottle]:
        """Count by themselves what may send something."""
        is_sending = self.request.method in {"POST", "PATCH"}
        return [ProofLimit() if is_sending else AlertsLimit()]


class DestinationsView(OwnedDestinationView):
    """The caller's destinations."""

    @owned("destinations", {200: schema.DESTINATIONS})
    def get(self, request: Request) -> HttpResponse:
        """List the caller's destinations; the one in the app is always there."""
        no_question(request.query_params)
        in_app_of(request.user.pk)
        found = [_plain(one) for one in destinations_of(request.user.pk)]
        return self.at_once({"destinations": found})

    @owned(
        "create_destination",
        {200: schema.NEW_DESTINATION, 201: schema.NEW_DESTINATION},
        body=schema.DESTINATION_BODY,
    )
    def post(self, request: Request) -> HttpResponse:
        """Add a destination; what proves it to be the caller's is on its way."""
        made, is_new = create_destination(
            request.user.pk, request.data, request_key=self.request_key()
        )
        if is_new:
            prove(made)
        # Of a webhook: what its receiver checks signatures with, told this once.
        secret = made.config.get("secret", "") if is_new else ""
        return self.made({**_plain(made), "secret": secret}, is_new=is_new)


class DestinationView(OwnedDestinationView):
    """One destination of the caller."""

    @owned("destination", {200: schema.DESTINATION}, finds=True)
    def get(self, request: Request, destination_id: UUID) -> HttpResponse:
        """Return a destination of the caller."""
        no_question(request.query_params)
        return self.at_once(_plain(self.own(destination_id)))

    @owned(
        "change_destination",
        {200: schema.DESTINATION},
        body=schema.DESTINATION_CHANGES,
        finds=True,
    )
    def patch(self, request: Request, destination_id: UUID) -> HttpResponse:
        """Rename, mute, pause or resume a destination; a new address is proved anew."""
        destination = self.own(destination_id)
        if change_destination(destination, request.data):
            prove(destination)
        return self.at_once(_plain(destination))

    @owned("delete_destination", {204: None}, finds=True)
    def delete(self, request: Request, destination_id: UUID) -> HttpResponse:
        """Let a destination of the caller go."""
        delete_destination(self.own(destination_id))
        return HttpResponse(status=204)


class VerifyView(OwnedDestinationView):
    """The proof that a destination is the caller's."""

    @owned(
        "verify_destination",
        {200: schema.DESTINATION, 202: schema.DESTINATION},
        body=schema.VERIFY_BODY,
        finds=True,
    )
    def post(self, request: Request, destination_id: UUID) -> HttpResponse:
        """Verify by a code; without one, have another sent, or another link made."""
        destination = self.own(destination_id)
        code = only_object(request.data or {}, {"code": None})["code"]
        if code is None:
            refuse_haste(destination)
            prove(destination)
            answer = self.at_once(_plain(destination))
            answer.status_code = 202
            return answer
        if not isinstance(code, str):
            raise BadContentError({"code": ["The code must be a text."]})
        prove_by_code(destination, code)
        return self.at_once(_plain(destination))


class DestinationTestView(OwnedDestinationView):
    """A message that shows whether a destination is reached."""

    @owned("test_destination", {202: schema.DESTINATION}, finds=True)
    def post(self, request: Request, destination_id: UUID) -> HttpResponse:
        """Send a test message to a destination of the caller."""
        destination = self.own(destination_id)
        owe_destination_test(destination)
        deliver.delay_on_commit()  # type: ignore[attr-defined]
        answer = self.at_once(_plain(destination))
        answer.status_code = 202
        return answer


class WebPushKeyView(AlertsView):
    """The key that browsers subscribe with."""

    @owned("web_push_key", {200: schema.KEY}, finds=True)
    def get(self, request: Request) -> HttpResponse:
        """Return the public key of the board."""
        no_question(request.query_params)
        try:
            return self.at_once({"key": web_push_key()})
        except NotConfiguredError as error:
            raise NotFound(str(error)) from error


def prove(destination: Destination) -> None:
    """Have a destination proved in the background."""
    # Celery's tasks have it under Django; its stubs do not say so.
    start_proof.delay_on_commit(str(destination.pk))  # type: ignore[attr-defined]


def _plain(destination: Destination) -> dict[str, Any]:
    is_open = destination.state == DestinationState.UNVERIFIED
    is_chat = destination.kind == DestinationKind.TELEGRAM
    link = destination.config.get("link", "") if is_open and is_chat else ""
    return {
        "id": str(destination.pk),
        "kind": destination.kind,
        "name": destination.name,
        "address": masked_address(destination),
        "state": destination.state,
        "is_ready": destination.is_ready,
        "muted_until": iso(destination.muted_until),
        "messages_an_hour": destination.messages_an_hour,
        "failing_since": iso(destination.failing_since),
        "last_error": destination.last_error,
        "next_step": next_step(destination),
        "link": link,
    }
