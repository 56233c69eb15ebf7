"""``python -m bot.preparation``: bring the stores and the model up to date before the service starts.

A process of its own that ends: what it loads for this (the data's checks, migrations, the whole base) is not carried along
by the launcher, which lives as long as the service.
"""

from __future__ import annotations

import sys

import sqlalchemy as sa

from bot import training
from bot.settings import BadSetting, Settings
from bot.terminal import CannotRun, no_access, say
from desk.migrations import StoreIsNewer
from desk.store import open_store
from policy_kb import store
from policy_kb.engines import open_engine
from policy_kb.settings import kb_url
from policy_kb.yamlsource import DataError


def prepare(settings: Settings) -> None:
    """Bring the stores up to date and train where the assistant's data changed."""
    engine = open_engine(kb_url())
    try:
        number, changed = store.refresh(engine)
    except DataError as error:
        listed = "\n".join(f"  {p}" for p in error.problems)
        raise CannotRun(f"政策数据有 {len(error.problems)} 处错误，服务没有启动：\n{listed}") from None
    say(f"知识库版本 {number}{'（已更新）' if changed else ''}")
    if settings.region and settings.region not in store.read(engine).regions:
        raise CannotRun(f"HUIMIN_REGION={settings.region} 不是已知的地区代码，请填行政区划代码，例如 445303")
    try:
        open_store().dispose()
    except StoreIsNewer:
        raise CannotRun("工单库是更新版本的程序建立的，请用那个版本的程序打开，或恢复升级前的备份") from None
    if training.needed():
        say("助手的数据有变化，正在训练（约半分钟）…")
    training.train_if_needed()


def main() -> int:
    """Prepare, or say what stands in the way. Returns the exit status."""
    try:
        prepare(Settings.from_environment())
        return 0
    except BadSetting as error:
        say(f"设置有误：{error}")
    except CannotRun as error:
        say(str(error))
    except training.TrainingFailed as error:
        say(f"训练失败：{error}")
    except sa.exc.ArgumentError:
        say("数据库地址写法不对，请检查 HUIMIN_KB_URL 和 HUIMIN_DESK_URL")
    except sa.exc.SQLAlchemyError as error:
        reason = str(error.__cause__ or error).splitlines()[0]
        say(f"数据库打不开：{reason}。请检查磁盘空间、文件权限和 HUIMIN_KB_URL、HUIMIN_DESK_URL")
    except OSError as error:
        say(no_access(error))
    except KeyboardInterrupt:
        pass  # the launcher says that it stopped
    return 1


if __name__ == "__main__":
    sys.exit(main())
