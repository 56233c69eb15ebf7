"""The held-out utterances and what is wanted of each: ``held_out.yml`` here, the noisy ones in ``tests/processes/held_out``."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from policy_kb.settings import ROOT
from tests.processes.held_out import scoring

HELD_OUT = Path(__file__).parent / "held_out.yml"
HALVES = ("dev", "test")


@dataclass(frozen=True)
class Utterance:
    """One text and its labels.

    - wanted: acceptable values per kind (``benefit``, ``aspect``, ``region``, ``residence``, ``age``); a kind that is not said
      is not there. Places are standard Chinese names, ages (from, to) in years. None where only the intent is labelled.
    - noise: what is wrong with the wording (homophone, typo, sichuan …); plain: the same in plain words.
    """

    text: str
    intent: str
    wanted: Mapping[str, frozenset[Hashable]] | None = None
    noise: tuple[str, ...] = ()
    plain: str | None = None


def held_out() -> list[Utterance]:
    """The utterances of ``held_out.yml``: intents only."""
    data = yaml.safe_load(HELD_OUT.read_text(encoding="utf-8"))
    return [
        Utterance(line.removeprefix("- ").strip(), block["intent"])
        for block in data["nlu"]
        for line in block["examples"].splitlines()
        if line.strip()
    ]


def noisy(half: str) -> list[Utterance]:
    """The noisy utterances of a half, ``dev`` or ``test``."""
    return [
        Utterance(row["say"], row["intent"], _wanted(row), tuple(row["noise"]), row["plain"])
        for row in scoring.load(f"noisy_{half}")
    ]


def unseen(utterances: Iterable[Utterance]) -> list[Utterance]:
    """Those whose words are not in the training data, whatever stands between them: what is said often is said by chance twice."""
    trained = {
        _words(line.strip().removeprefix("- "))
        for file in (ROOT / "nlu_data").glob("*.yml")
        for line in file.read_text(encoding="utf-8").splitlines()
    }
    return [u for u in utterances if _words(u.text) not in trained]


def _words(text: str) -> str:
    return re.sub(r"[\W_]", "", text)


def _wanted(row: Mapping[str, Any]) -> dict[str, frozenset[Hashable]]:
    wanted: dict[str, frozenset[Hashable]] = {k: frozenset(row[k]) for k in ("benefit", "aspect") if k in row}
    wanted |= {k: frozenset({row[k]}) for k in ("region", "residence") if k in row}
    if "age" in row:
        wanted["age"] = frozenset({tuple(row["age"])})
    return wanted
