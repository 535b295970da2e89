#!/usr/bin/env bash
# Runs what runs Lawbook: the hooks by pre-commit in fresh clones; the steps of our action and of the workflows that
# `lawbook init` writes in a shell, one by one, against a throw-away PostgreSQL; and lints all of it.
#
#   tests/ci/run.sh [hooks] [lint] [workflows]        all when none is named
#
# LAWBOOK names the command (cargo build), PYTHON the interpreter (python3). Needs PyPI and PostgreSQL's programs
# (tests/servers/install.sh postgres).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
venv=$root/corpus/.ci
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
LAWBOOK=$(realpath "$LAWBOOK")
export LAWBOOK PATH="$venv/bin:$PATH"
[ $# -gt 0 ] || set -- hooks lint workflows
case " $* " in *" workflows "*) "$root/tests/corpus/fetch.sh" "$root/corpus" optuna ;; esac
for part in "$@"; do
  "$venv/bin/python" "$here/$part.py"
done
