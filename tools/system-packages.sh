#!/bin/sh
# See to the system packages that the tests need: install them where we may, else name them and fail.
set -eu
missing=""
command -v chromium >/dev/null 2>&1 || [ -x /usr/bin/chromium ] || missing="$missing chromium"
fc-list :lang=zh 2>/dev/null | grep -q . || missing="$missing fonts-wqy-zenhei fontconfig"
if ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && ! command -v initdb >/dev/null 2>&1; then
    missing="$missing postgresql"
fi
command -v "${HUIMIN_REDIS_SERVER:-redis-server}" >/dev/null 2>&1 || missing="$missing redis-server"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "安装测试需要的系统软件包：$missing"
    # The tests start servers of their own: the packages must not set one up for the whole machine.
    case $missing in *postgresql*)
        mkdir -p /etc/postgresql-common/createcluster.d
        echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.d/huimin-tests.conf ;;
    esac
    case $missing in *redis-server*)
        mkdir -p /etc/systemd/system
        ln -sf /dev/null /etc/systemd/system/redis-server.service ;;
    esac
    apt-get update -q >/dev/null
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >/dev/null
else
    echo "测试还缺这些系统软件包：$missing
请先安装，例如在 Debian 或 Ubuntu 上：sudo apt install$missing" >&2
    exit 1
fi
