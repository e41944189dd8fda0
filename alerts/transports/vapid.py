"""The key pair that tells push services which board speaks (RFC 8292)."""

import base64
import os
from email.utils import parseaddr
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02


def read_vapid(written: str) -> Vapid02:
    """
    Return the key pair of a private key: 32 bytes in base64url, or DER.

    Raises
    ------
    ValueError
        If it is neither.
    """
    return Vapid02.from_string(written)


def own_vapid(path: Path) -> Vapid02:
    """Return the key pair in a file, made there once, whoever comes first."""
    if not path.exists():
        number = ec.generate_private_key(ec.SECP256R1()).private_numbers()
        written = _base64(number.private_value.to_bytes(32, "big"))
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(written, encoding="ascii")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first
        finally:
            draft.unlink()
    return read_vapid(path.read_text(encoding="ascii").strip())


def public_key(vapid: Vapid02) -> str:
    """Return what a browser subscribes with: `applicationServerKey` in base64url."""
    point = vapid.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return _base64(point)


def contact_of(sender: str) -> str:
    """Return where a push service may complain: the board's own address."""
    return f"mailto:{parseaddr(sender)[1]}"


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")
