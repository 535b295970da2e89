#!/usr/bin/env bash
# Follows the walks of docs/ from the first block to the last. Exit 1 where a page shows what is not so.
#
#   tests/docs/run.sh [PAGE...]
#
# LAWBOOK names the command (cargo build), PYTHON the interpreter (python3).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=tests/prepare.sh
. "$root/tests/prepare.sh"
venv=$root/corpus/.docs/venv
venv "$venv" "$here/requirements.txt"
lawbook
exec "$venv/bin/python" "$here/run.py" --lawbook "$LAWBOOK" --root "$root" "$@"
