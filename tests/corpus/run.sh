#!/usr/bin/env bash
# Fetches the corpus and Alembic, then compares Lawbook with Alembic on every project.
#
#   tests/corpus/run.sh [PROJECT ...]    LAWBOOK names the command (cargo build), PYTHON the interpreter
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=tests/prepare.sh
. "$root/tests/prepare.sh"
corpus=$root/corpus
venv=$corpus/.venv
"$here/fetch.sh" "$corpus" "$@"
venv "$venv" "$here/requirements.txt"
lawbook
"$venv/bin/python" -m unittest discover --quiet --start-directory "$here"
if [ $# -eq 0 ]; then
  mapfile -t projects < <(awk '!/^#/ { print $1 }' "$here/projects.txt")
else
  projects=("$@")
fi
exec "$venv/bin/python" "$here/compare.py" --lawbook "$LAWBOOK" --verbose "${projects[@]/#/$corpus/}"
