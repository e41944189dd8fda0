"""Screens that people keep: their own, and what others share by a link."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.parsers import JSONParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from markets.api import schema, screen_schema
from markets.api.questions import no_question
from markets.api.screen_schema import owned
from markets.api.screener_views import ScreenerLimit
from markets.api.views import MarketView
from markets.models import Screen
from markets.screen_choice import BadScreenError, ScreenChoice, read_name
from markets.selectors.screens import screen_of, screens_of, shared_screen
from markets.services.screens import (
    change_screen,
    create_screen,
    share_screen,
    unshare_screen,
)

_LONGEST_KEY = 64


class OwnedView(MarketView):
    """Something that people own: only theirs is there for them."""

    permission_classes = (IsAuthenticated,)
    throttle_classes: tuple[type[BaseThrottle], ...] = (ScreenerLimit,)
    parser_classes = (JSONParser,)

    def own_screen(self, screen_id: UUID) -> Screen:
        """Return the caller's screen; raises NotFound for anyone else's."""
        screen = screen_of(self.request.user.pk, screen_id)
        if screen is None:
            raise NotFound("You have no such screen.")
        return screen

    def request_key(self) -> str:
        """Return what names this request where it is repeated, empty where nothing."""
        key = self.request.headers.get("Idempotency-Key", "")
        if len(key) > _LONGEST_KEY or "\x00" in key:
            raise ValidationError({"Idempotency-Key": ["At most 64 characters."]})
        return key

    def made(self, content: Any, *, is_new: bool) -> HttpResponse:
        """Answer with what was made: 201 where it is new."""
        answer = self.at_once(content)
        answer.status_code = 201 if is_new else 200
        return answer


class ScreensView(OwnedView):
    """The caller's screens."""

    @owned("screens", {200: screen_schema.SCREENS})
    def get(self, request: Request) -> HttpResponse:
        """List the caller's screens, by name."""
        no_question(request.query_params)
        screens = [_plain(one) for one in screens_of(request.user.pk)]
        return self.at_once({"screens": screens})

    @owned(
        "create_screen",
        {200: screen_schema.SCREEN, 201: screen_schema.SCREEN},
        body=screen_schema.SCREEN_BODY,
    )
    def post(self, request: Request) -> HttpResponse:
        """Keep a screen; with the same Idempotency-Key again, answer with the first."""
        key = self.request_key()
        name, choice = _read(request.data)
        screen, is_new = create_screen(request.user.pk, name, choice, request_key=key)
        return self.made(_plain(screen), is_new=is_new)


class ScreenView(OwnedView):
    """One screen of the caller."""

    @owned("screen", {200: screen_schema.SCREEN}, finds=True)
    def get(self, request: Request, screen_id: UUID) -> HttpResponse:
        """Return a screen of the caller."""
        no_question(request.query_params)
        return self.at_once(_plain(self.own_screen(screen_id)))

    @owned(
        "change_screen",
        {200: screen_schema.SCREEN},
        body=screen_schema.SCREEN_BODY,
        finds=True,
    )
    def put(self, request: Request, screen_id: UUID) -> HttpResponse:
        """Give a screen of the caller another name and content."""
        screen = self.own_screen(screen_id)
        change_screen(screen, *_read(request.data))
        return self.at_once(_plain(screen))

    @owned("delete_screen", {204: None}, finds=True)
    def delete(self, request: Request, screen_id: UUID) -> HttpResponse:
        """Let a screen of the caller go."""
        self.own_screen(screen_id).delete()
        return HttpResponse(status=204)


class ScreenLinkView(OwnedView):
    """The link by which a screen is shared."""

    @owned("share_screen", {200: screen_schema.SCREEN}, finds=True)
    def post(self, request: Request, screen_id: UUID) -> HttpResponse:
        """Make the link by which others see a screen; a second time it stays."""
        screen = self.own_screen(screen_id)
        share_screen(screen)
        return self.at_once(_plain(screen))

    @owned("unshare_screen", {200: screen_schema.SCREEN}, finds=True)
    def delete(self, request: Request, screen_id: UUID) -> HttpResponse:
        """End the link."""
        screen = self.own_screen(screen_id)
        unshare_screen(screen)
        return self.at_once(_plain(screen))


class SharedScreenView(MarketView):
    """A screen for whoever knows its link."""

    throttle_classes = (ScreenerLimit,)

    @schema.answers("shared_screen", screen_schema.SHARED, finds=True, waits=False)
    def get(self, request: Request, link: str) -> HttpResponse:
        """Return the screen that somebody shares by a link."""
        no_question(request.query_params)
        screen = shared_screen(link)
        if screen is None:
            raise NotFound("Nobody shares a screen by this link, or no longer.")
        return self.at_once({"name": screen.name, **_choice(screen)})


def _read(given: Any) -> tuple[str, ScreenChoice]:
    if not isinstance(given, dict):
        raise BadScreenError({"request": ["The screen must be an object."]})
    others = {name: value for name, value in given.items() if name != "name"}
    return read_name(given.get("name")), ScreenChoice.of(others)


def _plain(screen: Screen) -> dict[str, Any]:
    return {
        "id": str(screen.pk),
        "name": screen.name,
        **_choice(screen),
        "link": screen.link,
        "updated_at": int(screen.updated_at.timestamp() * 1_000),
    }


# One that was kept by another version of the board may name what is gone.
def _choice(screen: Screen) -> dict[str, Any]:
    try:
        return ScreenChoice.of(screen.choice).plain()
    except BadScreenError:
        known = {
            name: value
            for name, value in screen.choice.items()
            if _is_readable({name: value})
        }
        return ScreenChoice.of(known).plain()


def _is_readable(part: dict[str, Any]) -> bool:
    try:
        ScreenChoice.of(part)
    except BadScreenError:
        return False
    return True
