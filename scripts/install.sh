#!/usr/bin/env bash
# Creates the virtual environment named by $1 and installs the lock into it, every package checked by its hash.
# Called by `make install`. It uses pip, not uv, so that a company's or a country's mirror set in pip's own settings counts.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=${1:-.venv}

find_python() {
  local name
  for name in python3.11 python3.12 python3.13 python3; do
    if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return
    fi
  done
  echo 'No Python 3.11 or newer with its venv module was found. On Debian or Ubuntu: apt-get install python3-venv' >&2
  return 1
}

if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
  python=$(find_python)
  echo "Creating $venv with $("$python" --version)"
  "$python" -m venv --clear "$venv"
fi

# -qq: errors only. With one q pip remarks, for every package, on each mirror that lacks it.
echo 'Installing the locked libraries (half a minute the first time)'
"$venv/bin/python" -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/lock.txt
"$venv/bin/python" -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
