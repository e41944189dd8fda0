"""The indicators' states at the end of a stored day, for the day after it."""

from pathlib import Path
from typing import Final

from markets.engine.checkpoint import Checkpoint

_FILE: Final = "states.npz"


def save_states(folder: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint beside the columns of the day that it ends."""
    (folder / _FILE).write_bytes(checkpoint.pack())


def load_states(folder: Path) -> Checkpoint | None:
    """Return the checkpoint of a day, None where it has none that can be read."""
    try:
        return Checkpoint.unpack((folder / _FILE).read_bytes())
    except (OSError, ValueError):
        return None
