#!/usr/bin/env bash
# Holds pack `postgres` against squawk. Exit 1 on a difference without a reason.
#
#   tests/squawk/run.sh [--verbose]
#
# Judged are the files that generate.py writes, the SQL of the corpus where tests/corpus/fetch.sh has brought it, and what
# Alembic renders. --verbose shows the differences that have a reason as well.
# LAWBOOK names the command (cargo build), PYTHON the interpreter (python3).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=tests/prepare.sh
. "$root/tests/prepare.sh"
work=$root/corpus/.squawk
venv=$work/venv
venv "$venv" "$here/requirements.txt"
lawbook
exec "$venv/bin/python" "$here/run.py" --lawbook "$LAWBOOK" --squawk "$venv/bin/squawk" \
  --work "$work/files" --corpus "$root/corpus" "$@"
