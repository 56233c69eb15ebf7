"""The desk's sentences, from ``texts.yaml`` and, for accounts and console, those in ``web/``."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def _sentences() -> dict[str, str]:
    from policy_kb.yamlfile import read_yaml  # here: the launcher, which says nothing of these, need not load it

    here = Path(__file__).parent
    files = (here / "texts.yaml", here / "web" / "texts.yaml", here / "web" / "case_texts.yaml",
             here / "web" / "review_texts.yaml")
    return {key: text for file in files for key, text in read_yaml(file).items()}


def text(key: str, **values: object) -> str:
    return _sentences()[key].format(**values)


def knows(key: str) -> bool:
    """Whether there is such a sentence."""
    return key in _sentences()
