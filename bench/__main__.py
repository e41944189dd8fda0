"""Run the benchmarks: ``python -m bench [--only feed,live]``."""

import argparse
import importlib
import os
import pkgutil
import sys
import tempfile
import traceback
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console

import bench
from bench.harness import (
    AREAS,
    NotMeasuredError,
    Row,
    print_rows,
    registered,
    write_rows,
)

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Measure, print the table; non-zero where a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", default="", help=f"areas of {', '.join(AREAS)}")
    only = [area for area in parser.parse_args().only.split(",") if area]
    with tempfile.TemporaryDirectory(prefix="scalpaiboard-bench-") as folder:
        os.environ["DATA_DIR"] = folder
        _set_up_django()
        return _measure(only)


def _measure(only: list[str]) -> int:
    console = Console(width=None if sys.stdout.isatty() else 150)
    rows: list[Row] = []
    broken = False
    for area, measure in registered(only):
        console.print(f"· {area}: {measure.__name__.replace('_', ' ')}")
        try:
            rows.extend(_checked(measure()))
        except NotMeasuredError as reason:
            console.print(f"  left out: {reason}")
        except Exception:  # noqa: BLE001 - the other benchmarks still count
            traceback.print_exc()
            broken = True
    print_rows(rows, console)
    write_rows(rows, ROOT / "var" / "bench.json")
    return int(broken or not all(row.passed for row in rows))


def _checked(rows: Iterable[Row]) -> Iterable[Row]:
    for row in rows:
        if row.area not in AREAS:
            raise ValueError(f"The area {row.area!r} of {row.what!r} is unknown.")
        yield row


def _set_up_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scalpaiboard.settings")
    import django  # noqa: PLC0415 - the environment comes first

    django.setup()
    for module in pkgutil.iter_modules(bench.__path__):
        if not module.name.startswith("_"):
            importlib.import_module(f"bench.{module.name}")


if __name__ == "__main__":
    sys.exit(main())
