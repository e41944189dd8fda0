"""Write the table of candle metrics in docs/metrics.md from the catalogue."""

from pathlib import Path

from markets.engine.candle_catalogue import CANDLE_METRICS

TARGET = Path(__file__).resolve().parent.parent / "docs" / "metrics.md"
BEGIN = "<!-- written by python -m scripts.write_metrics -->\n"
END = "<!-- end -->\n"
HEAD = """\
| metric | unit | from candle | formula | source |
| --- | --- | --- | --- | --- |
"""


def render(page: str) -> str:
    """Return the page with its table written anew."""
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    rows = [
        f"| `{one.name}` | {one.unit} | {one.warm_up} | "
        f"{one.formula.replace('|', '&#124;')} | {one.source} |\n"
        for one in CANDLE_METRICS
    ]
    return "".join([before, BEGIN, HEAD, *rows, END, after])


if __name__ == "__main__":
    TARGET.write_text(render(TARGET.read_text(encoding="utf-8")), encoding="utf-8")
