"""What ids are called, for people: as they stand where the base no longer knows them, or where there is none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from policy_kb import KnowledgeBase, Reader, open_engine
from policy_kb.reader import NothingLoaded
from policy_kb.settings import kb_url


def knowledge() -> KnowledgeBase | None:
    """For a command, for the names of places and benefits; without it their codes are shown."""
    try:
        return Reader(open_engine(kb_url(), read_only=True)).get()
    except (NothingLoaded, sa.exc.SQLAlchemyError):
        return None


@dataclass(frozen=True)
class Names:
    kb: KnowledgeBase | None

    def place(self, code: str | None) -> str:
        return self.kb.full_name(code) if self.kb and code in self.kb.regions else code or ""

    def benefit(self, name: str | None) -> str:
        return self.kb.benefits[name].name if self.kb and name in self.kb.benefits else name or ""

    def aspect(self, name: str | None) -> str:
        return self.kb.aspects[name].title if self.kb and name in self.kb.aspects else name or ""

    def facts(self, names: Iterable[str]) -> str:
        known = self.kb.household_facts if self.kb else {}
        return "、".join(known[name].label if name in known else name for name in names)
