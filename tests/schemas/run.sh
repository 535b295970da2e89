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
# shellcheck source=tests/prepare.sh
. "$root/tests/prepare.sh"
work=$root/corpus/.schemas
venv=$work/venv
"$here/../servers/install.sh"
venv "$venv" "$here/requirements.txt" --no-deps --no-compile
lawbook
exec "$venv/bin/python" "$here/run.py" --lawbook "$LAWBOOK" --work "$work" "$@"
