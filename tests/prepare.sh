# What the tests beside the crate begin with; sourced, not run.
# shellcheck shell=bash

# Makes an environment of Python with what a file of requirements names, unless it is there: venv FOLDER REQUIREMENTS [PIP OPTION...]
# PYTHON names the interpreter (python3).
venv() {
  local folder=$1 requirements=$2
  shift 2
  cmp -s "$requirements" "$folder/.requirements" && return
  rm -rf "$folder"
  "${PYTHON:-python3}" -m venv "$folder"
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$@" --requirement "$requirements"
  cp "$requirements" "$folder/.requirements"
}

# Sets LAWBOOK to the whole path of the command: the given one, or one that is built now.
lawbook() {
  if [ -z "${LAWBOOK:-}" ]; then
    local manifest target
    manifest=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/Cargo.toml
    cargo build --quiet --manifest-path "$manifest"
    target=$(cargo metadata --no-deps --format-version 1 --manifest-path "$manifest" |
      "${PYTHON:-python3}" -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])')
    LAWBOOK=$target/debug/lawbook
  fi
  LAWBOOK=$(realpath "$LAWBOOK")
}
