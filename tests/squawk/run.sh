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
work=$root/corpus/.squawk
venv=$work/venv
if ! cmp -s "$here/requirements.txt" "$venv/.requirements"; then
  rm -rf "$venv"
  "${PYTHON:-python3}" -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
  cp "$here/requirements.txt" "$venv/.requirements"
fi
if [ -z "${LAWBOOK:-}" ]; then
  cargo build --quiet --manifest-path "$root/Cargo.toml"
  target=$(cargo metadata --no-deps --format-version 1 --manifest-path "$root/Cargo.toml" |
    "$venv/bin/python" -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])')
  LAWBOOK=$target/debug/lawbook
fi
exec "$venv/bin/python" "$here/run.py" --lawbook "$(realpath "$LAWBOOK")" --squawk "$venv/bin/squawk" \
  --work "$work/files" --corpus "$root/corpus" "$@"
