import os
from pathlib import Path
from typing import Any

import pytest

from alerts.transports.apprise_process import RefusedError, Walls
from scalpaiboard.lib.networks import AllowedHosts


@pytest.fixture
def walls() -> Walls:
    return Walls(AllowedHosts.parse(["192.168.1.9:25", "10.1.0.0/16"]))


@pytest.mark.parametrize(
    "target",
    [
        ("8.8.8.8", 443),
        ("2001:4860::1", 443, 0, 0),
        ("192.168.1.9", 25),
        ("10.1.2.3", 1),
    ],
)
def test_public_addresses_and_the_operators_are_open(
    walls: Walls, target: tuple[Any, ...]
) -> None:
    walls.audit("socket.connect", (None, target))

    assert walls.refusals == []


@pytest.mark.parametrize("event", ["socket.connect", "socket.sendto", "socket.sendmsg"])
@pytest.mark.parametrize(
    "target",
    [
        ("127.0.0.1", 443),
        ("169.254.169.254", 80),
        ("::1", 443, 0, 0),
        ("::ffff:10.0.0.1", 443, 0, 0),
        ("192.168.1.9", 26),
        ("a-name-to-look-up-again", 443),
        "/run/dbus/socket",
        b"\0abstract",
    ],
)
def test_everything_else_is_not(walls: Walls, event: str, target: object) -> None:
    with pytest.raises(RefusedError):
        walls.audit(event, (None, target))

    assert len(walls.refusals) == 1


@pytest.mark.parametrize(
    ("path", "mode", "flags"),
    [
        (os.__file__, "r", os.O_RDONLY),
        ("/etc/hosts", "r", os.O_RDONLY),
        ("/dev/null", "w", os.O_WRONLY),
        (7, "w", os.O_WRONLY),
        (str(Path(__file__).parents[3] / "alerts" / "types.py"), "r", 0),
    ],
)
def test_what_python_needs_is_read(
    walls: Walls, path: object, mode: str, flags: int
) -> None:
    walls.audit("open", (path, mode, flags))

    assert walls.refusals == []


@pytest.mark.parametrize(
    ("path", "mode", "flags"),
    [
        ("/etc/passwd", "r", os.O_RDONLY),
        (b"/etc/passwd", "r", os.O_RDONLY),
        ("/proc/self/environ", "r", os.O_RDONLY),
        (f"{os.__file__}/../../../../../../../../../etc/passwd", "r", os.O_RDONLY),
        (str(Path(__file__).parents[3] / ".env"), "r", os.O_RDONLY),
        (str(Path(__file__).parents[3] / "var" / "secret_key"), None, os.O_RDONLY),
        (os.__file__, "w", os.O_WRONLY),
        (os.__file__, None, os.O_RDWR),
        ("/etc/hosts", "a", 0),
    ],
)
def test_what_is_ours_is_neither_read_nor_written(
    walls: Walls, path: object, mode: str | None, flags: int
) -> None:
    with pytest.raises(RefusedError):
        walls.audit("open", (path, mode, flags))


@pytest.mark.parametrize(
    "event", ["subprocess.Popen", "os.system", "os.fork", "os.exec", "syslog.syslog"]
)
def test_no_program_is_started(walls: Walls, event: str) -> None:
    with pytest.raises(RefusedError, match="not allowed"):
        walls.audit(event, ())
