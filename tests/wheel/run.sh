#!/usr/bin/env bash
# Builds the wheel and the source distribution, installs the wheel into an empty environment and uses it from there.
#
#   tests/wheel/run.sh
#
# PROFILE is that of cargo (release): the wheel is packed from the target folder that other builds use, so that after
# `cargo build --release` nothing is compiled again. PYTHON names the interpreter (python3).
# mandoc, fish and zsh judge where they are installed; --install-tools brings them, by apt-get.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=tests/prepare.sh
. "$root/tests/prepare.sh"
work=$root/corpus/.wheel
venv=$work/venv
if [ "${1:-}" = --install-tools ] && command -v apt-get >/dev/null; then
  missing=()
  for tool in mandoc fish zsh; do command -v $tool >/dev/null || missing+=("$tool"); done
  if [ ${#missing[@]} -gt 0 ]; then
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  fi
fi
venv "$venv" "$here/requirements.txt"
exec "$venv/bin/python" "$here/run.py" --root "$root" --work "$work" --profile "${PROFILE:-release}"
