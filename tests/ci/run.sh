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
# shellcheck source=tests/prepare.sh
. "$root/tests/prepare.sh"
venv=$root/corpus/.ci
venv "$venv" "$here/requirements.txt"
lawbook
export LAWBOOK PATH="$venv/bin:$PATH"
[ $# -gt 0 ] || set -- hooks lint workflows
case " $* " in *" workflows "*) "$root/tests/corpus/fetch.sh" "$root/corpus" optuna ;; esac
for part in "$@"; do
  "$venv/bin/python" "$here/$part.py"
done
