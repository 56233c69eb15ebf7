"""What is worked out from data that hardly ever changes, kept beside the stores so that a start need not work it out again.

A file for each name, which says what it was made from: where that or the code that made it is another, it is made anew. It may
be deleted at any time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from policy_kb.settings import var_folder


def derived(name: str, made_from: Iterable[str], code: Iterable[str], make: Callable[[], Any]) -> Any:
    """What ``make()`` gives, as JSON has it (lists for tuples). ``code``: the files of the modules whose work it is."""
    digest = hashlib.sha256()
    for part in (*made_from, *(Path(file).read_text(encoding="utf-8") for file in code)):
        digest.update(part.encode() + b"\0")
    key, file = digest.hexdigest(), var_folder() / "derived" / f"{name}.json"
    try:
        kept = json.loads(file.read_bytes())
        if kept["made_from"] == key:
            return kept["made"]
    except (OSError, ValueError, KeyError, TypeError):
        pass
    made = make()
    with contextlib.suppress(OSError):
        _write(file, json.dumps({"made_from": key, "made": made}, ensure_ascii=False, separators=(",", ":")))
    return made


def _write(file: Path, text: str) -> None:
    """Whole or not at all, whoever else writes it at the same time."""
    file.parent.mkdir(exist_ok=True)
    new = file.with_name(f"{file.name}.{os.getpid()}")
    new.write_text(text, encoding="utf-8")
    new.replace(file)
