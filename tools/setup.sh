#!/bin/sh
# Make .venv with everything the service (or, with "test", its tests) needs. Does nothing when that is there already.
# usage: tools/setup.sh service|test|benchmark
set -eu
what=${1:-service}
cd "$(dirname "$0")/.."
lock=requirements/$what.lock

fail() { printf '\n%s\n' "$*" >&2; exit 1; }

stamp() { cat "$lock" requirements/setup.lock bot/rasa_host/without_tensorflow.py | cksum | tr -d ' '; }
have=$(cat .venv/.huimin-setup 2>/dev/null || true)
case $have in
    "$what $(stamp)") exit 0 ;;
    test\ *)  # the tests' environment holds the service's
        if [ "$what" = service ] && [ "$have" = "test $(lock=requirements/test.lock; stamp)" ]; then exit 0; fi ;;
    benchmark\ *)  # and the benchmarks' the tests'
        if [ "$what" != benchmark ] && [ "$have" = "benchmark $(lock=requirements/benchmark.lock; stamp)" ]; then exit 0; fi ;;
esac

runs_310() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 10))' >/dev/null 2>&1; }

find_python() {
    # pyenv's shim python3.10 may refuse to run: look into its versions folder too.
    for candidate in "${PYTHON:-}" python3.10 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.10*/bin/python3.10 \
        /usr/local/bin/python3.10 /opt/python3.10/bin/python3.10; do
        if [ -n "$candidate" ] && runs_310 "$candidate"; then echo "$candidate"; return; fi
    done
    uv=$(command -v uv || true)
    if [ -z "$uv" ] && python3 -c 'import venv, ensurepip' >/dev/null 2>&1; then
        echo "没有找到 Python 3.10，先装 uv 来取得它…" >&2
        python3 -m venv .venv-uv >&2 && .venv-uv/bin/python -m pip install -q --require-hashes -r requirements/setup.lock >&2 \
            && uv=.venv-uv/bin/uv
    fi
    if [ -n "$uv" ]; then
        "$uv" python install 3.10 >&2 || return 0
        found=$("$uv" python find --no-project 3.10 2>/dev/null || true)
        if [ -n "$found" ] && runs_310 "$found"; then echo "$found"; fi
    fi
}

python=$(find_python)
[ -n "$python" ] || fail "没有找到可用的 Python 3.10（Rasa 3.6 最高只支持 3.10），也没能用 uv 装上。任选一种办法：
  Ubuntu 22.04：  sudo apt install python3.10 python3.10-venv
  pyenv：         pyenv install 3.10
  uv：            uv python install 3.10
装好以后再运行一次；也可以指明位置：make run PYTHON=/路径/python3.10"

free=$(df -Pk . | awk 'NR == 2 { print int($4 / 1024) }')
[ "$free" -ge 1500 ] || fail "磁盘空间不够：运行环境约需 1500 MB，现在只剩 ${free} MB。请腾出空间后再运行。"

echo "[1/3] 建立 Python 3.10 环境（$("$python" --version 2>&1)）"
rm -f .venv/.huimin-setup
if [ ! -x .venv/bin/python ] || ! runs_310 .venv/bin/python; then
    rm -rf .venv
    "$python" -m venv .venv || fail "建立 .venv 失败。在 Debian/Ubuntu 上请先装：sudo apt install python3.10-venv"
fi

echo "[2/3] 下载安装程序"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/setup.lock \
    || fail "连不上 Python 软件源，没能装上 uv。请检查网络或代理设置后再运行。"

count=$(grep -c '==' "$lock")
echo "[3/3] 安装 $count 个软件包（约 600 MB，慢的网络要几分钟）"
log=.venv/install.log
install() { VIRTUAL_ENV="$PWD/.venv" .venv/bin/uv pip install --require-hashes --no-deps -r "$lock"; }
explain() {
    grep -qiE 'No space left' "$log" && fail "磁盘满了。请腾出空间后再运行。"
    grep -qiE 'gcc|cc1|Python\.h|error: command' "$log" \
        && fail "有软件包要编译，但没有编译器。在 Debian/Ubuntu 上请先装：sudo apt install build-essential python3-dev"
    fail "安装没有完成（完整输出在 $log）。多半是网络问题，请再运行一次，会接着装。"
}
# Without a terminal uv draws no progress bar: say from time to time that it goes on.
waited=0
install >"$log" 2>&1 &
installer=$!
while kill -0 $installer 2>/dev/null; do
    sleep 1; waited=$((waited + 1))
    [ $((waited % 5)) != 0 ] || printf '      … %d 秒，已经占用 %s\n' $waited "$(du -sh .venv | cut -f1)"
done
wait $installer || { tail -n 15 "$log" >&2; explain; }
echo "      装好了，用了 $waited 秒，占用 $(du -sh .venv | cut -f1)"

site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
cp bot/rasa_host/without_tensorflow.py "$site/rasa_without_tensorflow.py"
echo 'import rasa_without_tensorflow' > "$site/rasa_without_tensorflow.pth"
# Compile now what a start imports: where compiled files are not written (a read-only image, PYTHONDONTWRITEBYTECODE) every
# start would compile 1,300 modules anew.
for imported in bot.rasa_host.server bot.gateway.app bot.preparation; do
    env -u PYTHONDONTWRITEBYTECODE RASA_TELEMETRY_ENABLED=false .venv/bin/python -W ignore -c "import $imported" >/dev/null 2>&1 || true
done
echo "$what $(stamp)" > .venv/.huimin-setup
