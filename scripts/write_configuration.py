"""Write docs/configuration.md from .env.example."""

from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "configuration.md"
HEAD = """\
# Configuration

Every value comes from the environment. A bad one stops the start with its name.
`NAME_FILE` may name a file that holds the value of `NAME`. This page is written by
`scripts/write_configuration.py` from `.env.example`.

| variable | default | meaning |
| --- | --- | --- |
"""


def read_variables() -> list[tuple[str, str, str]]:
    """Return name, default and meaning of every variable in `.env.example`."""
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    variables = []
    for comment, line in pairwise(lines):
        name, equals, default = line.partition("=")
        if equals and not line.startswith("#"):
            variables.append((name, default, comment.removeprefix("# ")))
    return variables


def render() -> str:
    """Return the page."""
    return HEAD + "".join(
        f"| `{name}` | {f'`{default}`' if default else ''} | {meaning} |\n"
        for name, default, meaning in read_variables()
    )


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
