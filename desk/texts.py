"""The desk's sentences, from ``texts.yaml``."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml


@lru_cache(maxsize=1)
def _sentences() -> dict[str, str]:
    return yaml.safe_load((Path(__file__).parent / "texts.yaml").read_text(encoding="utf-8"))


def text(key: str, **values: object) -> str:
    return _sentences()[key].format(**values)


def knows(key: str) -> bool:
    """Whether there is such a sentence."""
    return key in _sentences()
