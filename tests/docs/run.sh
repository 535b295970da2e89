#!/usr/bin/env bash
# Follows the walks of docs/ from the first block to the last. Exit 1 where a page shows what is not so.
#
#   tests/docs/run.sh [PAGE...]
#
# LAWBOOK names the command (cargo build), PYTHON the interpreter (python3).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
venv=$root/corpus/.docs/venv
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
exec "$venv/bin/python" "$here/run.py" --lawbook "$(realpath "$LAWBOOK")" --root "$root" "$@"
