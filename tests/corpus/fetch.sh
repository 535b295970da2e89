#!/usr/bin/env bash
# Fetches the migrations of public projects from their published wheels, pinned by version and hash.
#
#   tests/corpus/fetch.sh [DEST] [PROJECT ...]    DEST is `corpus` when left out; every project when none is named
#
# Writes DEST/<project>/ as the wheel ships it. What is there already is kept; what projects.txt pins anew is fetched
# anew. Nothing fetched is ever committed: git ignores `corpus/`. PYTHON names the interpreter (python3).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dest=${1:-$here/../../corpus}
shift || true
mkdir -p "$dest"
dest=$(cd "$dest" && pwd)

fetch() { # PROJECT REQUIREMENT SHA256 PREFIX...
  local project=$1 requirement=$2 sha256=$3
  local stamp="$*"
  [ "$(cat "$dest/$project/.complete" 2>/dev/null)" = "$stamp" ] && return 0
  local work
  work=$(mktemp -d)
  # shellcheck disable=SC2064 # $work is meant as it is now
  trap "rm -rf '$work'" EXIT
  echo "$requirement --hash=sha256:$sha256" >"$work/requirements.txt"
  if ! "${PYTHON:-python3}" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
    --require-hashes --ignore-requires-python --dest "$work" --requirement "$work/requirements.txt" >"$work/log" 2>&1; then
    echo "$project: cannot fetch $requirement" >&2
    cat "$work/log" >&2
    return 1
  fi
  rm -rf "${dest:?}/$project"
  "${PYTHON:-python3}" "$here/unpack.py" "$work"/*.whl "$dest/$project" "${@:4}"
  echo "$stamp" >"$dest/$project/.complete"
}

# As a child of itself, it fetches one project: that is how several are fetched at once.
if [ "${1:-}" = "--one" ]; then
  fetch "${@:2}"
  exit
fi

for project in "$@"; do
  grep -q "^$project " "$here/projects.txt" || { echo "$project: not in projects.txt" >&2; exit 1; }
done
wanted=" $* "
grep -v '^#' "$here/projects.txt" | while read -r line; do
  [ "$wanted" = "  " ] || [[ $wanted == *" ${line%% *} "* ]] || continue
  echo "$line"
done | xargs -P 4 -I {} bash -c 'read -ra words <<<"$3"; exec bash "$1" "$2" --one "${words[@]}"' _ "$0" "$dest" {}
