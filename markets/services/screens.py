"""Keeping, changing and sharing a person's screens."""

import secrets
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.db import transaction

from markets.models import Screen
from markets.screen_choice import BadScreenError, ScreenChoice
from markets.selectors.screens import screens_of

MOST_SCREENS: Final = 100
"""That one person may keep."""
_LINK_BYTES: Final = 32


@transaction.atomic
def create_screen(
    owner_id: Any, name: str, choice: ScreenChoice, *, request_key: str = ""
) -> tuple[Screen, bool]:
    """
    Keep a new screen; the same request again returns the first one's.

    Returns
    -------
    tuple[Screen, bool]
        The screen, and whether it is new.

    Raises
    ------
    BadScreenError
        If the name is taken, or the person has as many as they may.
    """
    # One at a time a person, so that neither limit nor name is passed by a race.
    get_user_model().objects.select_for_update().get(pk=owner_id)
    own = screens_of(owner_id)
    if request_key and (made := own.filter(request_key=request_key).first()):
        return made, False
    if own.count() >= MOST_SCREENS:
        raise BadScreenError(
            {"request": [f"There are {MOST_SCREENS} screens; that is the most."]}
        )
    _refuse_taken(owner_id, name, None)
    made = Screen.objects.create(
        owner_id=owner_id,
        name=name,
        choice=choice.plain(),
        request_key=request_key or None,
    )
    return made, True


@transaction.atomic
def change_screen(screen: Screen, name: str, choice: ScreenChoice) -> None:
    """Give a screen another name and content; raises BadScreenError."""
    get_user_model().objects.select_for_update().get(pk=screen.owner_id)
    _refuse_taken(screen.owner_id, name, screen)
    screen.name, screen.choice = name, choice.plain()
    screen.save(update_fields=["name", "choice", "updated_at"])


def share_screen(screen: Screen) -> None:
    """Make a link that nobody can guess; one that is there stays."""
    if screen.link is None:
        screen.link = secrets.token_urlsafe(_LINK_BYTES)
        screen.save(update_fields=["link"])


def unshare_screen(screen: Screen) -> None:
    """End the link; sharing again makes another."""
    screen.link = None
    screen.save(update_fields=["link"])


def _refuse_taken(owner_id: Any, name: str, but: Screen | None) -> None:
    others = screens_of(owner_id).filter(name=name)
    if but is not None:
        others = others.exclude(pk=but.pk)
    if others.exists():
        raise BadScreenError({"name": [f"You have a screen {name!r} already."]})
