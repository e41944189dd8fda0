#!/bin/sh
# Format, lint, types, import contracts, templates, front end; says all that fails.

PATH="$PWD/.venv/bin:$PATH"
failed=""

try() {
    name=$1
    shift
    echo "· $name"
    "$@" || failed="$failed $name;"
}

try "ruff format" ruff format --check .
try "ruff check" ruff check .
try "mypy" mypy
try "lint-imports" lint-imports
try "djlint format" djlint --quiet --check templates
try "djlint" djlint --quiet --lint templates
try "typescript, eslint, prettier" python scripts/set_up.py --npm check

if [ -n "$failed" ]; then
    echo "Not clean:$failed"
    exit 1
fi
echo "All clean."
