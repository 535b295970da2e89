#!/usr/bin/env bash
# Holds schemas against SQLAlchemy and Alembic: databases against the inspector, models against their metadata, drift
# against compare_metadata. Exit 1 on a difference without a reason.
#
#   tests/schemas/run.sh [--all] [--verbose] [PROJECT ...]
#
# Without --all: optuna, mlflow and jupyterhub, installed in one environment; with it prefect, superset and langflow
# too, each in its own, which takes minutes and gigabytes. --verbose shows the differences that have a reason as well.
# Installs PostgreSQL and MariaDB when they are missing; its servers are private, on sockets in temporary folders.
# LAWBOOK names the command (cargo build), PYTHON the interpreter (python3, 3.11 or newer).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$root/corpus/.schemas
venv=$work/venv
"$here/../servers/install.sh"
if ! cmp -s "$here/requirements.txt" "$venv/.requirements"; then
  rm -rf "$venv"
  "${PYTHON:-python3}" -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-compile \
    --requirement "$here/requirements.txt"
  cp "$here/requirements.txt" "$venv/.requirements"
fi
if [ -z "${LAWBOOK:-}" ]; then
  cargo build --quiet --manifest-path "$root/Cargo.toml"
  target=$(cargo metadata --no-deps --format-version 1 --manifest-path "$root/Cargo.toml" |
    "$venv/bin/python" -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])')
  LAWBOOK=$target/debug/lawbook
fi
exec "$venv/bin/python" "$here/run.py" --lawbook "$(realpath "$LAWBOOK")" --work "$work" "$@"
