#!/usr/bin/env bash
# Reads our reports with an XSD validator, junitparser and sarif-tools: of the examples, and of a project with every
# text that hurts. LAWBOOK names the command (cargo build), PYTHON the interpreter (python3).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=tests/prepare.sh
. "$root/tests/prepare.sh"
venv=$root/corpus/.reporters
venv "$venv" "$here/requirements.txt"
lawbook
exec "$venv/bin/python" "$here/check.py" --lawbook "$LAWBOOK"
