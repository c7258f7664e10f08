#!/usr/bin/env bash
# Makes sure that what the tests need beside Python is there: PostgreSQL's server binaries, Chromium with a font for Chinese, and
# LibreOffice's Writer, and Node.js with the packages of tests/js, by which what is sent to others is read in their language. Called by
# `make deps`. The project itself needs none of them: its default database is a file, people bring their own browser, and without
# LibreOffice papers are DOCX alone.
set -euo pipefail

have_postgres() {
  command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null
}

have_chromium() {
  command -v chromium >/dev/null || command -v chromium-browser >/dev/null
}

have_font() {
  compgen -G '/usr/share/fonts/opentype/noto/NotoSansCJK*' >/dev/null || { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh-cn)" ]; }
}

have_writer() {
  command -v soffice >/dev/null && { compgen -G '/usr/lib/libreoffice/program/libswlo.so' >/dev/null || [ -e /usr/bin/lowriter ]; }
}

have_node() {
  command -v node >/dev/null && command -v npm >/dev/null
}

# The packages of tests/js, as locked; once they are there it costs nothing.
packages() {
  local folder="$(dirname "$0")/../tests/js"
  [ "$folder/node_modules/.package-lock.json" -nt "$folder/package-lock.json" ] && return
  echo 'Fetching the JavaScript packages of the tests'
  (cd "$folder" && npm ci --silent)
}

missing=()
have_postgres || missing+=(postgresql)
have_chromium || missing+=(chromium)
have_font || missing+=(fonts-noto-cjk)
have_writer || missing+=(libreoffice-writer)
have_node || missing+=(nodejs npm)
if [ ${#missing[@]} -eq 0 ]; then
  packages
  exit 0
fi

if ! command -v apt-get >/dev/null; then
  echo "The tests need: ${missing[*]} (PostgreSQL's initdb, Chromium, a font for Chinese, LibreOffice's Writer, Node.js), and this is no Debian or Ubuntu." >&2
  echo 'Install them with this system'"'"'s own package manager and put initdb, chromium, soffice, node and npm into PATH.' >&2
  exit 1
fi

if [ "$(id -u)" -eq 0 ]; then
  as_root=(env)
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
  as_root=(sudo -n env)
else
  echo "The tests need packages of the system, and installing them takes root's rights. Please run once:" >&2
  echo "    sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
  exit 1
fi

echo "Installing for the tests: ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
have_postgres || { echo 'PostgreSQL was installed, yet initdb is neither in PATH nor under /usr/lib/postgresql.' >&2; exit 1; }
have_chromium || { echo 'Chromium was installed, yet it is not in PATH.' >&2; exit 1; }
have_writer || { echo 'LibreOffice was installed, yet soffice with Writer is not in PATH.' >&2; exit 1; }
have_node || { echo 'Node.js was installed, yet node and npm are not in PATH.' >&2; exit 1; }
packages
