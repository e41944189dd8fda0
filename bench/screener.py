"""A screen of 1,000 pairs with 60 columns, and the script that its page loads."""

import gzip
import json
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from bench._market import PAIRS, ms, of_values, values_of
from bench.harness import NotMeasuredError, Row, benchmark, percentile
from markets.api import content
from markets.api.answers import Answer
from markets.engine.catalogue import COLUMNS
from markets.engine.table import Table
from markets.screening import CoinsQuestion

STEPS: Final = 30
SHOWN: Final = 60
PAGE: Final = 200
"""Rows of the page's largest page: no more is encoded for it."""
SORT_BAR_MS: Final = 200.0
SCRIPT_BAR_KB: Final = 340.0
WHERE: Final = "change_1h > -2 and quote_volume_1h * 6 >= quote_volume_8h / 100"
DIST: Final = Path(__file__).resolve().parent.parent / "frontend" / "dist"
PARTS: Final = ("src/main.ts", "src/theme.ts", "src/islands/screener.ts",
                "src/screener/grid.ts")  # fmt: skip


@benchmark("api")
def sort_and_filter_a_screen() -> Iterable[Row]:
    rng = np.random.default_rng(7)
    columns = COLUMNS[:SHOWN]
    spans = []
    for step in range(STEPS):
        table = of_values(values_of(rng), step)
        asked = CoinsQuestion(
            clock="closed",
            sort=columns[step % SHOWN],
            descending=True,
            columns=columns,
            limit=PAGE,
            where=WHERE,
        )
        spans.append(ms(partial(_answer, table, asked)))
    what = f"filter and sort {PAIRS:,} pairs, encode {PAGE} x {SHOWN}, p95"
    yield Row("api", what, percentile(spans, 0.95), "ms", SORT_BAR_MS)


def _answer(table: Table, asked: CoinsQuestion) -> Answer:
    return Answer.of(content.screen(table, {}, asked))


@benchmark("api")
def script_of_the_screener() -> Iterable[Row]:
    manifest = DIST / "manifest.json"
    if not manifest.exists():
        raise NotMeasuredError("The front end is not built.")
    files = _files(json.loads(manifest.read_text(encoding="utf-8")))
    size = sum(len(gzip.compress((DIST / file).read_bytes(), 9)) for file in files)
    yield Row("api", "script of the screener, gzipped", size / 1024, "KiB",
              SCRIPT_BAR_KB)  # fmt: skip


def _files(manifest: Mapping[str, Mapping[str, object]]) -> set[str]:
    wanted, files = list(PARTS), set()
    while wanted:
        entry = manifest[wanted.pop()]
        if entry["file"] in files:
            continue
        files.add(str(entry["file"]))
        imported = entry.get("imports", [])
        wanted += imported if isinstance(imported, list) else []
    return files
