"""Write the tables of docs/expressions.md from the language itself."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from markets.engine.expressions import limits  # noqa: E402 - the path comes first
from markets.engine.expressions.functions import (  # noqa: E402
    FUNCTIONS,
    MAX_STEPS,
)
from markets.engine.expressions.vocabulary import TEXTS  # noqa: E402

TARGET = ROOT / "docs" / "expressions.md"


def render(page: str) -> str:
    """Return the page with its tables anew; the prose between them stays."""
    tables = {"functions": functions(), "texts": texts(), "limits": bounds()}
    for name, table in tables.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        block = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        page = block.sub(lambda _, whole=f"{begin}{table}{end}": whole, page)  # type: ignore[misc]  # re's callback
    return page


def functions() -> str:
    """Return one line a function: its use, its meaning, an example."""
    head = "| function | is | meaning | example |\n| --- | --- | --- | --- |\n"
    return head + "".join(
        f"| `{one.usage}` | {one.result} | {one.meaning} | `{one.example}` |\n"
        for one in FUNCTIONS.values()
    )


def texts() -> str:
    """Return one line a name of a text."""
    lines = (f"| `{name}` | {meaning} |\n" for name, meaning in TEXTS.items())
    return "| name | meaning |\n| --- | --- |\n" + "".join(lines)


def bounds() -> str:
    """Return the limits as a list."""
    return (
        f"- {limits.MAX_CHARACTERS:,} characters, also in the normal form\n"
        f"- {limits.MAX_NODES} parts, nested {limits.MAX_DEPTH} deep\n"
        f"- numbers up to {limits.MAX_NUMBER:,.0f}\n"
        f"- texts of {limits.MAX_TEXT_CHARACTERS} characters\n"
        f"- {MAX_STEPS} steps back, and {limits.MAX_OPERATIONS:,} operations a step,"
        " where looking back n steps counts its parts n + 1 times\n"
    )


if __name__ == "__main__":
    TARGET.write_text(render(TARGET.read_text(encoding="utf-8")), encoding="utf-8")
