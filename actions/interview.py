"""The state of one eligibility interview, and how a message changes it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from policy_kb.eligibility.interview import Wanted
from policy_kb.knowledge import KnowledgeBase

REGION = "region"
# After so many questions the result is shown whatever is still open.
MOST_QUESTIONS, MOST_ABOUT_ALL = 8, 12
# How often one question is put again before it counts as not known.
MOST_AGAIN = 2
RUNNING, PAUSED, SHOWN = "running", "paused", "shown"


@dataclass(frozen=True)
class Interview:
    """``main``: the benefit asked about, None: whatever there is. ``facts`` as JSON has them; ``skip``: asked and not known.

    ``asking``: the fact whose question was put last, ``again``: how often it was not understood; ``heard``: facts learned by
    the last message, to be said back.
    """

    main: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    skip: tuple[str, ...] = ()
    asking: str | None = None
    again: int = 0
    asked: int = 0
    status: str = RUNNING
    heard: tuple[str, ...] = ()

    @classmethod
    def from_slot(cls, value: Mapping[str, Any] | None, kb: KnowledgeBase) -> Interview | None:
        """What the slot holds; facts and benefits that a later base no longer has are left out."""
        if not value:
            return None
        given = {k: tuple(v) if isinstance(v, list) and k in {"skip", "heard"} else v for k, v in value.items()
                 if k in cls.__dataclass_fields__}
        found = cls(**given)
        main = found.main if found.main in kb.rules_of or found.main is None else None
        known = {**kb.household_facts, REGION: None}
        return replace(
            found, main=main, facts={k: v for k, v in found.facts.items() if k in kb.household_facts},
            asking=found.asking if found.asking in known else None,
        )

    def slot(self) -> dict[str, Any]:
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    def wanted(self, kb: KnowledgeBase) -> Wanted:
        return Wanted.of(kb, self.main)

    @property
    def most(self) -> int:
        return MOST_ABOUT_ALL if self.main is None else MOST_QUESTIONS

    @property
    def is_over(self) -> bool:
        """Nothing more is asked: stopped, shown, or asked enough."""
        return self.status != RUNNING or self.asked >= self.most

    def learned(self, facts: Mapping[str, Any]) -> Interview:
        """With more facts, or others in their place."""
        skip = tuple(s for s in self.skip if s not in facts)
        answered = self.asking in facts
        return replace(
            self, facts=self.facts | dict(facts), skip=skip, heard=tuple(facts), again=0,
            asking=None if answered else self.asking,
        )

    def paused(self) -> Interview:
        """Stopped for now; it can be gone on with later."""
        return replace(self, status=PAUSED, asking=None, again=0, heard=())

    def not_known(self) -> Interview:
        """The resident does not know what was asked: it is not asked again."""
        skip = (*self.skip, self.asking) if self.asking and self.asking not in self.skip else self.skip
        return replace(self, skip=skip, asking=None, again=0, heard=())

    def not_understood(self) -> Interview:
        """Once more; after several times it counts as not known."""
        if self.again + 1 > MOST_AGAIN:
            return self.not_known()
        return replace(self, again=self.again + 1, heard=())

    def put(self, fact: str) -> Interview:
        """The question that is being put now."""
        fresh = fact != self.asking
        return replace(self, asking=fact, asked=self.asked + fresh, again=0 if fresh else self.again, heard=())
