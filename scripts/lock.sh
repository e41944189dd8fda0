#!/bin/sh
# Compile the exact requirements from pyproject.toml.
set -eu

compile="env -u UV_PROJECT_ENVIRONMENT .venv/bin/python -m uv pip compile pyproject.toml --quiet --universal --python-version 3.12 --no-header --no-annotate"
$compile --output-file requirements.txt "$@"
$compile --extra dev --output-file requirements-dev.txt "$@"
