"""
The process in which Apprise runs, and the walls around it.

It reads one question from its input, as JSON, and writes one answer. From the
moment on that it looks at the address, every connection must go to a public
address or to one of the operator's hosts, nothing is written, no program is
started, and only what belongs to Python and to the system's names is read.
"""

import ipaddress
import json
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, override

import apprise

from scalpaiboard.lib.addresses import NameUnknownError, addresses_of, system_resolver
from scalpaiboard.lib.networks import Address, AllowedHosts

_CODE: Final = Path(__file__).resolve().parents[2]
_READABLE: Final = (
    os.path.realpath(sys.prefix),
    os.path.realpath(sys.base_prefix),
    "/etc/ssl",
    "/etc/pki",
    "/usr/share/zoneinfo",
)
_READABLE_FILES: Final = frozenset(
    {
        "/dev/null",
        "/dev/urandom",
        "/etc/gai.conf",
        "/etc/host.conf",
        "/etc/hosts",
        "/etc/localtime",
        "/etc/mime.types",
        "/etc/nsswitch.conf",
        "/etc/resolv.conf",
        "/etc/services",
    }
)
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_FORBIDDEN: Final = frozenset(
    {
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.link",
        "os.mkdir",
        "os.posix_spawn",
        "os.remove",
        "os.rename",
        "os.rmdir",
        "os.spawn",
        "os.symlink",
        "os.system",
        "os.truncate",
        "pty.spawn",
        "sqlite3.connect",
        "subprocess.Popen",
        "syslog.openlog",
        "syslog.syslog",
    }
)


class RefusedError(Exception):
    """Apprise tried what it must not do."""


class Walls:
    """
    What Apprise may reach.

    Parameters
    ----------
    allowed
        The operator's own hosts.
    """

    def __init__(self, allowed: AllowedHosts) -> None:
        self._allowed = allowed
        self._vouched = {
            (address, port)
            for host, port in allowed.hosts
            for address in _addresses(host)
        }
        self.refusals: list[str] = []

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Look at what the process is about to do, as an audit hook."""
        if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
            self._look_at_address(arguments[1])
        elif event == "open":
            self._look_at_file(*arguments)
        elif event in _FORBIDDEN:
            self._refuse(f"The service asked for {event}, which is not allowed.")

    def _look_at_address(self, target: Any) -> None:
        if target is None:
            return  # goes where the socket is connected to already
        if not isinstance(target, tuple):
            self._refuse("The service is one of the board's machine.")
            return
        host, port = str(target[0]), int(target[1])
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            # It would be looked up once more, after we have looked.
            self._refuse(f"The service is {host!r} without an address.")
        else:
            self.admit(address, port)

    def admit(self, address: Address, port: int) -> None:
        """Refuse an address that is neither public nor the operator's."""
        is_vouched = not self._vouched.isdisjoint({(address, None), (address, port)})
        if not is_vouched and not self._allowed.admit(address):
            self._refuse(f"The service is at {address}, which is not a public address.")

    def _look_at_file(self, path: Any, mode: Any, flags: Any) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return  # a number: it was opened, and looked at, before
        full = os.path.realpath(os.fsdecode(path))
        is_code = full.endswith((".py", ".pyc")) and Path(full).is_relative_to(_CODE)
        is_readable = full in _READABLE_FILES or any(
            Path(full).is_relative_to(one) for one in _READABLE
        )
        is_writing = bool((flags or 0) & _WRITING) or bool(
            set(mode or "") & set("wax+")
        )
        if (is_writing and full != os.devnull) or not (is_code or is_readable):
            self._refuse(f"The service asked for the file {path!r}.")

    def _refuse(self, reason: str) -> None:
        self.refusals.append(reason)
        raise RefusedError(reason)


class LastWarning(logging.Handler):
    """Keeps what Apprise said last."""

    said = ""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.said = record.getMessage()


def answer(question: dict[str, Any]) -> dict[str, str]:
    """Return what came of a question; without a title it is only read."""
    warnings = LastWarning(logging.WARNING)
    logging.getLogger("apprise").addHandler(warnings)
    walls = Walls(AllowedHosts.parse(question["allowed_hosts"]))
    asset = apprise.AppriseAsset(http_redirects=False, secure_logging=True)
    sys.addaudithook(walls.audit)
    try:
        service = apprise.Apprise.instantiate(question["url"], asset=asset)
        if service is None or isinstance(service, list):
            result = "unreadable"
        elif "title" not in question:
            _look_at_host(service, walls)
            result = "read"
        else:
            result = "sent" if _is_sent(service, asset, question) else "failed"
    except RefusedError:
        result = "refused"
    if walls.refusals and result != "sent":
        return {"result": "refused", "reason": walls.refusals[0]}
    return {"result": result, "reason": warnings.said}


# Only of services at a host of one's own; for others the word there is a key.
def _look_at_host(service: apprise.NotifyBase, walls: Walls) -> None:
    templates: Sequence[str] = service.templates
    if any("{host}" in template for template in templates):
        for address in _addresses(service.host):
            walls.admit(address, service.port or 0)


def _is_sent(
    service: apprise.NotifyBase, asset: apprise.AppriseAsset, question: dict[str, Any]
) -> bool:
    sender = apprise.Apprise(asset=asset)
    sender.add(service)
    return bool(
        sender.notify(
            title=question["title"],
            body=question["body"],
            body_format=apprise.NotifyFormat.TEXT,
        )
    )


def _addresses(host: str) -> list[Address]:
    try:
        return addresses_of(host, 0, system_resolver)
    except NameUnknownError:
        return []


if __name__ == "__main__":
    told = answer(json.load(sys.stdin))
    sys.stdout.write(f"{json.dumps(told)}\n")
