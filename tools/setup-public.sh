#!/bin/sh
# Make .venv-public: gateway, desk and knowledge base without Rasa, on the newest Python here and SQLAlchemy 2.
set -eu
cd "$(dirname "$0")/.."
stamp=$(cksum < requirements/public.lock | tr -d ' ')
[ "$(cat .venv-public/.huimin-setup 2>/dev/null || true)" != "$stamp" ] || exit 0
for candidate in "${PUBLIC_PYTHON:-}" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.13*/bin/python3 python3.13 \
    "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.12*/bin/python3 python3.12 python3.11 python3; do
    if [ -n "$candidate" ] && "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        echo "公共进程的测试环境：$("$candidate" --version)"
        rm -rf .venv-public
        "$candidate" -m venv .venv-public
        VIRTUAL_ENV="$PWD/.venv-public" .venv/bin/uv pip install --quiet --require-hashes --no-deps -r requirements/public.lock
        echo "$stamp" > .venv-public/.huimin-setup
        exit 0
    fi
done
echo "没有找到 Python 3.11 或更新的版本。在 Debian 12 上请装：sudo apt install python3 python3-venv" >&2
exit 1
