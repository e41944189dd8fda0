#!/bin/sh
# Print the path of a Python that is new enough, or say what is missing.
# PYTHON=/path/to/python names one outright.

# The one that the set-up has made is found without asking each of the machine's.
newest_first=".venv/bin/python python3.14 python3.13 python3.12 python3 python"
pyenv_root="${PYENV_ROOT:-$HOME/.pyenv}"
found=""

for candidate in ${PYTHON:-$newest_first "$pyenv_root"/versions/3.1[2-9]*/bin/python3}; do
    version=$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 12))'; then
        "$candidate" -c 'import sys; print(sys.executable)'
        exit 0
    fi
    found="$found $candidate is $version;"
done

echo "Scalpaiboard needs Python 3.12 or newer (3.13 is best):${found:- none was found;}" >&2
echo "install one (apt install python3, brew install python, pyenv install 3.13)" >&2
echo "or name one: make run PYTHON=/path/to/python3.13" >&2
exit 1
