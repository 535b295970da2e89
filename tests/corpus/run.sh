#!/usr/bin/env bash
# Fetches the corpus and Alembic, then compares Lawbook with Alembic on every project.
#
#   tests/corpus/run.sh [PROJECT ...]    LAWBOOK names the command (cargo run --quiet --), PYTHON the interpreter
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
corpus=$root/corpus
venv=$corpus/.venv
"$here/fetch.sh" "$corpus" "$@"
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
"$venv/bin/python" -m unittest discover --quiet --start-directory "$here"
if [ $# -eq 0 ]; then
  mapfile -t projects < <(awk '!/^#/ { print $1 }' "$here/projects.txt")
else
  projects=("$@")
fi
exec "$venv/bin/python" "$here/compare.py" --lawbook "$LAWBOOK" --verbose "${projects[@]/#/$corpus/}"
