import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT


def find_python(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "scripts/find_python.sh"],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_python_that_is_new_enough_is_printed() -> None:
    found = find_python(PYTHON=sys.executable)

    assert found.returncode == 0
    assert Path(found.stdout.strip()).exists()


def test_an_old_python_is_refused_with_its_version_and_what_helps(
    tmp_path: Path,
) -> None:
    old = tmp_path / "python3"
    # It answers as 3.9 would: its version, and "no" to the comparison.
    old.write_text('#!/bin/sh\ncase "$2" in *exit*) exit 1;; *) echo 3.9;; esac\n')
    old.chmod(0o755)

    found = find_python(PYTHON=str(old))

    assert found.returncode == 1
    assert "needs Python 3.12 or newer" in found.stderr
    assert f"{old} is 3.9" in found.stderr
    assert "PYTHON=" in found.stderr


def test_no_python_at_all_is_said_so() -> None:
    found = find_python(PYTHON="/nowhere/python3")

    assert found.returncode == 1
    assert "none was found" in found.stderr
