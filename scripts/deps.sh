#!/usr/bin/env bash
# Makes sure that PostgreSQL's server binaries are there: the store's tests run on SQLite and on PostgreSQL alike.
# Called by `make deps`. The project itself needs no server: its default database is a file.
set -euo pipefail

have_postgres() {
  command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null
}

have_postgres && exit 0

if ! command -v apt-get >/dev/null; then
  echo "PostgreSQL's server binaries (initdb) are missing, and this is no Debian or Ubuntu." >&2
  echo 'Install PostgreSQL 15 or newer with this system'"'"'s own package manager and put initdb into PATH.' >&2
  exit 1
fi

if [ "$(id -u)" -eq 0 ]; then
  as_root=(env)
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
  as_root=(sudo -n env)
else
  echo "PostgreSQL's server binaries (initdb) are missing, and installing them takes root's rights. Please run once:" >&2
  echo '    sudo apt-get update && sudo apt-get install -y postgresql' >&2
  exit 1
fi

echo 'Installing PostgreSQL for the tests'
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null
have_postgres || { echo 'PostgreSQL was installed, yet initdb is neither in PATH nor under /usr/lib/postgresql.' >&2; exit 1; }
