"""Every other service through Apprise, in a process that reaches nothing inside."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from alerts.errors import (
    DestinationConfigError,
    DestinationGoneError,
    TransportError,
)
from alerts.transports.base import Message, Sent, cut

LIMIT_S: Final = 20.0
"""For everything, with the start of the process, about half a second."""
_ROOT: Final = Path(__file__).resolve().parents[2]
_LONGEST_URL: Final = 2_000
_SCHEME: Final = re.compile(r"([a-z0-9]{2,30})://", re.IGNORECASE)
_HERE: Final = frozenset(
    [
        "blink1",
        "dbus",
        "gio",
        "glib",
        "gnome",
        "kde",
        "macosx",
        "qt",
        "syslog",
        "vapid",
        "windows",
    ]
)
"""Schemes that speak to the machine itself, or are read from its files."""
_REASON_LIMIT: Final = 200


class AppriseTransport:
    """
    Sends to one URL of Apprise.

    Apprise knows no guard, follows redirects and may wait for long: so it runs
    in a process of its own that has no secrets, no programs, few files, and a
    guard under every connection; after `LIMIT_S` it is ended.

    Parameters
    ----------
    url
        The service and the secrets for it.
    allowed_hosts
        The operator's own hosts, as written in the settings.
    """

    def __init__(self, url: str, allowed_hosts: Sequence[str] = ()) -> None:
        self._url = url
        self._allowed_hosts = list(allowed_hosts)

    def send(self, message: Message) -> Sent:
        """Deliver a message; raises TransportError."""
        link = f"\n{message.link}" if message.link else ""
        told = _ask(
            {
                "url": self._url,
                "title": message.title,
                "body": f"{message.text}{link}",
                "allowed_hosts": self._allowed_hosts,
            }
        )
        reason = cut(str(told.get("reason", "")).rstrip("."), _REASON_LIMIT)
        match told["result"]:
            case "sent":
                return Sent()
            case "refused":
                raise DestinationGoneError(f"{reason}.")
            case "unreadable":
                raise DestinationGoneError("Apprise cannot read the address any more.")
            case _:
                raise TransportError(
                    f"The service did not take it: {reason or 'no reason given'}.",
                    may_have_arrived=True,
                )


def check_apprise(
    config: Mapping[str, Any], allowed_hosts: Sequence[str] = ()
) -> dict[str, Any]:
    """
    Return the configuration of a URL of Apprise.

    Raises
    ------
    DestinationConfigError
        If Apprise cannot read it, or it is of a kind that stays on the machine.
    """
    url = str(config.get("url") or "").strip()
    scheme = _SCHEME.match(url)
    if scheme is None or len(url) > _LONGEST_URL:
        raise _fault("This is no address of Apprise, such as ntfys://host/topic.")
    name = scheme.group(1).lower()
    if name in _HERE:
        raise _fault(f"{name}:// reaches the machine of the board; it is not allowed.")
    try:
        told = _ask({"url": url, "allowed_hosts": list(allowed_hosts)})
    except TransportError as error:
        raise _fault(str(error)) from error
    if told["result"] == "refused":
        raise _fault(f"{str(told['reason']).rstrip('.')}.")
    if told["result"] != "read":
        raise _fault(f"Apprise cannot read this address of {name}://.")
    return {"url": url}


def _ask(question: dict[str, Any]) -> dict[str, Any]:
    environment = {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    try:
        # Neither a person's text nor an address is part of the command.
        done = subprocess.run(
            [sys.executable, "-m", "alerts.transports.apprise_process"],
            input=json.dumps(question),
            capture_output=True,
            cwd=_ROOT,
            env=environment,
            timeout=LIMIT_S,
            text=True,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TransportError(
            f"The service did not answer within {LIMIT_S:g} s.", may_have_arrived=True
        ) from error
    try:
        told = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError) as error:
        raise TransportError(
            "Apprise ended without an answer.", may_have_arrived=True
        ) from error
    return dict(told)


def _fault(problem: str) -> DestinationConfigError:
    return DestinationConfigError({"url": [problem]})
