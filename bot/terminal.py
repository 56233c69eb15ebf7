"""What is said to whoever runs the service: one clear sentence, never a traceback."""

from __future__ import annotations

import errno


class CannotRun(Exception):
    """Why the service cannot start or go on, in a sentence for whoever runs it."""


def say(text: str) -> None:
    print(text, flush=True)


def no_access(error: OSError) -> str:
    """A file that could not be read or written, in a sentence."""
    if error.errno == errno.ENOSPC:
        return f"磁盘满了，写不下 {error.filename or '文件'}。请腾出空间后再运行 make run"
    return f"读写文件时出错：{error.filename}（{error.strerror}）。请检查路径和权限"
