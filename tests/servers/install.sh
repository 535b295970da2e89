#!/usr/bin/env bash
# Installs the server programs that the tests start: PostgreSQL (initdb, postgres, psql) and MariaDB
# (mariadb-install-db, mariadbd, mariadb). Does nothing when they are there. Needs root, or sudo.
#
#   tests/servers/install.sh [postgres] [mariadb]        both when none is named
#
# The tests start private servers of their own, on Unix sockets in temporary folders, and stop them; a system service
# that the package manager may start is never touched. Other PostgreSQL versions: set LAWBOOK_TEST_POSTGRES to the
# folder that holds initdb and postgres.
set -euo pipefail

has_postgres() {
  [ -n "${LAWBOOK_TEST_POSTGRES:-}" ] && [ -x "$LAWBOOK_TEST_POSTGRES/initdb" ] && return
  command -v initdb >/dev/null && command -v postgres >/dev/null && return
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || compgen -G '/usr/pgsql-*/bin/initdb' >/dev/null
}

has_mariadb() {
  PATH=$PATH:/usr/sbin:/usr/local/sbin command -v mariadbd >/dev/null && command -v mariadb-install-db >/dev/null
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

install_packages() { # install_packages DEBIAN_PACKAGE FEDORA_PACKAGES BREW_FORMULA
  if command -v apt-get >/dev/null; then
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1" >/dev/null
  elif command -v dnf >/dev/null; then
    # shellcheck disable=SC2086 # a list of packages
    as_root dnf install -y -q $2
  elif command -v brew >/dev/null; then
    brew install "$3"
  else
    echo "no apt-get, dnf or brew here: install $1 by hand" >&2
    exit 1
  fi
}

[ $# -gt 0 ] || set -- postgres mariadb
for server in "$@"; do
  case $server in
    postgres) packages=(postgresql "postgresql-server postgresql-contrib" postgresql) ;;
    mariadb) packages=(mariadb-server "mariadb-server" mariadb) ;;
    *) echo "usage: $0 [postgres] [mariadb]" >&2; exit 2 ;;
  esac
  if "has_$server"; then
    echo "$server: there"
    continue
  fi
  echo "$server: installing"
  install_packages "${packages[@]}"
  "has_$server" || { echo "$server: installed, but its programs were not found" >&2; exit 1; }
done
