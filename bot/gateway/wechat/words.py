"""What the channel itself says to residents, in ``texts.yaml``."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from policy_kb.yamlfile import read_yaml


@lru_cache(maxsize=1)
def _sentences() -> dict[str, str]:
    return read_yaml(Path(__file__).parent / "texts.yaml")


def typed(key: str) -> frozenset[str]:
    """What residents type for something, with a space between."""
    return frozenset(_sentences()[key].split())


def say(key: str, **values: object) -> str:
    """A sentence of ``texts.yaml``; ``values`` stand in it as they are."""
    return _sentences()[key].format(**values)
