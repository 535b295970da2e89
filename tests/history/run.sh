#!/usr/bin/env bash
# Lawbook on a history of exceptions as a real project made it: growth, audit and ratchet against counts of their own.
#
#   tests/history/run.sh [CLONE]    LAWBOOK names the command (cargo build), PYTHON the interpreter
#
# CLONE is a clone of django-stubs; without one it is cloned into corpus/.history, which git ignores.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=tests/prepare.sh
. "$root/tests/prepare.sh"
clone=${1:-$root/corpus/.history/django-stubs}
if [ ! -e "$clone" ]; then
  git clone --quiet https://github.com/typeddjango/django-stubs "$clone"
fi
venv=$root/corpus/.history/venv
mkdir -p "$root/corpus/.history"
venv "$venv" "$here/requirements.txt"
lawbook
exec "$venv/bin/python" "$here/compare.py" --lawbook "$LAWBOOK" "$clone"
