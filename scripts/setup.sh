#!/bin/sh
# Makes .venv with the locked dependencies and this project in it. Run by `make setup`.
set -eu
cd "$(dirname "$0")/.."

python=""
for name in python3.14 python3.13 python3.12 python3.11 python3; do
  if command -v "$name" >/dev/null 2>&1 &&
    "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$name
    break
  fi
done
if [ -z "$python" ]; then
  echo "Python 3.11 or later is needed; on Debian and Ubuntu: apt-get install python3 python3-venv" >&2
  exit 1
fi

make_venv() {
  rm -rf .venv
  "$python" -m venv .venv >/dev/null 2>&1
}

if [ ! -x .venv/bin/pip ] && ! make_venv; then
  # Debian and Ubuntu split venv off: install it as root, else borrow virtualenv through pip.
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -q >/dev/null && apt-get install -q -y python3-venv python3-pip >/dev/null
    make_venv
  elif "$python" -m pip --version >/dev/null 2>&1; then
    rm -rf .venv .bootstrap
    "$python" -m pip install -q --target .bootstrap virtualenv
    PYTHONPATH=.bootstrap "$python" -m virtualenv -q .venv
    rm -rf .bootstrap
  else
    echo "python venv is missing; as root: apt-get install python3-venv" >&2
    exit 1
  fi
fi
.venv/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
.venv/bin/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
touch .venv/ready
