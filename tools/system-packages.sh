#!/bin/sh
# See to the system packages that the browser tests need: install them where we may, else name them and fail.
set -eu
missing=""
command -v chromium >/dev/null 2>&1 || [ -x /usr/bin/chromium ] || missing="$missing chromium"
fc-list :lang=zh 2>/dev/null | grep -q . || missing="$missing fonts-wqy-zenhei fontconfig"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "安装测试需要的系统软件包：$missing"
    apt-get update -q >/dev/null
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >/dev/null
else
    echo "浏览器测试还缺这些系统软件包：$missing
请先安装，例如在 Debian 或 Ubuntu 上：sudo apt install$missing" >&2
    exit 1
fi
