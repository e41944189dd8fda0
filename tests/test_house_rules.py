"""What no linter checks."""

import ast
import re
from itertools import pairwise
from pathlib import Path

import pytest

from scripts import write_metrics
from scripts.write_configuration import TARGET, read_variables, render
from tests.conftest import ROOT

LONGEST_MODULE = 400
APPS = ("scalpaiboard", "accounts", "markets", "alerts", "ai_assistant")
ROOMS = (*APPS, "tests", "bench", "scripts")
MODULES = sorted(
    path
    for room in ROOMS
    for path in (ROOT / room).rglob("*.py")
    if "migrations" not in path.parts
)
COMMANDS = sorted(
    path for path in ROOT.glob("*/management/commands/*.py") if path.stem != "__init__"
)
READERS = frozenset({"text", "flag", "integer", "words", "mapping", "choice"})


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_is_not_too_long_and_opens_with_what_it_holds(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert len(text.splitlines()) <= LONGEST_MODULE
    is_told_by_its_name = "tests" in path.parts or path.name in {
        "__init__.py",
        "admin.py",
        "apps.py",
        "urls.py",
    }
    assert is_told_by_its_name or ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize("path", COMMANDS, ids=name)
def test_every_command_has_a_test(path: Path) -> None:
    tests = (test.read_text() for test in (ROOT / "tests").rglob("test_*.py"))

    assert any(re.search(rf"\b{path.stem}\b", text) for text in tests)


def test_env_example_lists_what_the_code_reads_and_nothing_else() -> None:
    read = {
        call.args[0].value
        for path in MODULES
        if "tests" not in path.parts
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
        and call.func.attr in READERS
        and isinstance(call.args[0], ast.Constant)
    }

    assert {variable for variable, _, _ in read_variables()} == read


def test_every_variable_is_explained_in_one_sentence_above_it() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()

    for above, line in pairwise(lines):
        if line and not line.startswith("#"):
            assert above.startswith("# ")
            assert above.endswith(".")


def test_the_configuration_page_is_current() -> None:
    assert TARGET.read_text(encoding="utf-8") == render()


def test_nothing_is_left_for_later() -> None:
    mark = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X{3})\b")
    scripts = (ROOT / "frontend" / "src").rglob("*.ts")

    for path in [*MODULES, *scripts]:
        assert not mark.search(path.read_text(encoding="utf-8")), path


def test_links_in_the_documents_lead_somewhere() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    assert len(documents) > 5

    for document in documents:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text()):
            if not target.startswith("http"):
                assert (document.parent / target).exists(), (document, target)


def test_metrics_bear_one_name_each_and_say_what_they_mean() -> None:
    catalogue = pytest.importorskip("markets.engine.catalogue")

    names = [metric.name for metric in catalogue.METRICS]
    assert len(names) == len(set(names))
    for metric in catalogue.METRICS:
        assert metric.label
        assert metric.meaning.endswith(".")
        assert metric.unit is not None


def test_the_page_of_metrics_is_that_of_the_catalogue() -> None:
    page = write_metrics.TARGET.read_text(encoding="utf-8")

    assert write_metrics.render(page) == page
