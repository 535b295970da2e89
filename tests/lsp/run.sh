#!/usr/bin/env bash
# A session of `lawbook lsp` in a real editor: Neovim, without a screen. Exit 1 when the editor does not see what it must.
#
#   tests/lsp/run.sh
#
# LAWBOOK names the command (cargo build); NVIM the editor (nvim, installed by apt-get when it is missing).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=tests/prepare.sh
. "$root/tests/prepare.sh"
if ! command -v "${NVIM:-nvim}" >/dev/null; then
  if ! command -v apt-get >/dev/null; then
    echo "install neovim and run again" >&2
    exit 1
  fi
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends neovim >/dev/null
fi
lawbook
export LAWBOOK
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$root/tests/projects/plain/." "$work"
printf 'packs: [alembic]\nrules:\n  alembic/unguarded-drop: error\n' >"$work/lawbook.yml"
cd "$work"
# Settings, plugins and state of whoever runs this must not matter.
HOME=$work/.home XDG_STATE_HOME=$work/.home timeout 300 \
  "${NVIM:-nvim}" --headless -u NONE -i NONE -n -c "luafile $here/session.lua"
