"""What ids are called, for people: as they stand where the base no longer knows them, or where there is none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from policy_kb import COUNTRY, KnowledgeBase, Reader, open_engine
from policy_kb.reader import NothingLoaded
from policy_kb.settings import kb_url


def knowledge() -> KnowledgeBase | None:
    """For a command, for the names of places and benefits; without it their codes are shown."""
    try:
        return Reader(open_engine(kb_url(), read_only=True)).get()
    except (NothingLoaded, sa.exc.SQLAlchemyError):
        return None


class Unknown(Exception):
    """The base has nothing that is called so. ``what``: benefit or place."""

    def __init__(self, given: str, what: str):
        super().__init__(given)
        self.what = what


class Ambiguous(Exception):
    """Several places are called so."""


@dataclass(frozen=True)
class Names:
    kb: KnowledgeBase | None

    @property
    def aspects(self) -> dict[str, str]:
        """Id → name of everything that can be asked of a benefit."""
        return {a.id: a.title for a in self.kb.aspects.values()} if self.kb else {}

    @property
    def benefits(self) -> list[str]:
        """The names of all benefits."""
        return [b.name for b in self.kb.benefits.values()] if self.kb else []

    @property
    def places(self) -> list[str]:
        """The full names of the places that something is held on."""
        return sorted(self.kb.full_name(code) for code in self.kb.regions_with_data) if self.kb else []

    def benefit_called(self, given: str) -> str | None:
        """The id of a benefit by its id, its name or any other name the base knows it by; None where nothing is given.

        Raises :class:`Unknown`. Without a base what is given is taken for the id.
        """
        if not given or self.kb is None or given in self.kb.benefits:
            return given or None
        for b in self.kb.benefits.values():
            if given in (b.name, b.short):
                return b.id
        return self._mentioned(given, "benefit")

    def place_called(self, given: str) -> str | None:
        """The code of a place by its code, full name or name. Raises :class:`Unknown` and :class:`Ambiguous`."""
        if not given or self.kb is None or given in self.kb.regions:
            return given or None
        called = [r.code for r in self.kb.regions.values() if r.name == given] or [
            code for code in self.kb.regions if self.kb.full_name(code) == given
        ]
        if len(called) > 1:
            raise Ambiguous(given)
        return called[0] if called else self._mentioned(given, "region")

    def _mentioned(self, given: str, kind: str) -> str:
        """The one thing of a kind that is named, however it is written: 低保, 云安."""
        from policy_kb import mentions_of

        what = "benefit" if kind == "benefit" else "place"
        named = {m.value for m in mentions_of(self.kb, given) if m.kind == kind}
        if not named:
            raise Unknown(given, what)
        values = {value for some in named for value in some}
        if len(values) > 1:
            raise Ambiguous(given) if kind == "region" else Unknown(given, what)
        return values.pop()

    def within(self, code: str | None) -> frozenset[str] | None:
        """A place with everything in it; None where no place, or the whole country, is asked for."""
        if code is None or code == COUNTRY:
            return None
        if self.kb is None:
            return frozenset({code})
        return frozenset(r for r in self.kb.regions if any(above.code == code for above in self.kb.chain(r))) or frozenset({code})

    def place(self, code: str | None) -> str:
        return self.kb.full_name(code) if self.kb and code in self.kb.regions else code or ""

    def benefit(self, name: str | None) -> str:
        return self.kb.benefits[name].name if self.kb and name in self.kb.benefits else name or ""

    def aspect(self, name: str | None) -> str:
        return self.kb.aspects[name].title if self.kb and name in self.kb.aspects else name or ""

    def facts(self, names: Iterable[str]) -> str:
        known = self.kb.household_facts if self.kb else {}
        return "、".join(known[name].label if name in known else name for name in names)
