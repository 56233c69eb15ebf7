#!/bin/sh
# Make .venv-stock: Rasa as it comes, TensorFlow and all, for the benchmarks' peer only. Needs .venv and 3.5 GB.
set -eu
cd "$(dirname "$0")/.."
stamp=$(cksum < requirements/stock.lock | tr -d ' ')
[ "$(cat .venv-stock/.huimin-setup 2>/dev/null || true)" != "$stamp" ] || exit 0
free=$(df -Pk . | awk 'NR == 2 { print int($4 / 1024) }')
[ "$free" -ge 4000 ] || { echo "磁盘空间不够：对照环境约需 4000 MB，现在只剩 ${free} MB。" >&2; exit 1; }
echo "对照组的环境（原样的 Rasa 3.6.21 与 TensorFlow，约 3 GB，要几分钟）"
rm -rf .venv-stock
.venv/bin/python -m venv .venv-stock
VIRTUAL_ENV="$PWD/.venv-stock" .venv/bin/uv pip install --quiet --require-hashes --no-deps -r requirements/stock.lock
echo "$stamp" > .venv-stock/.huimin-setup
