"""What is carried from turn to turn, and how one message changes it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from policy_kb import Group, KnowledgeBase, Understanding


@dataclass(frozen=True)
class Context:
    """The question so far. None or empty: not said."""

    benefits: tuple[str, ...] = ()
    topic: str | None = None
    aspect: str | None = None
    region: str | None = None
    residence: str | None = None
    categories: tuple[str, ...] = ()
    age: tuple[int, int] | None = None
    year: int | None = None
    institutions: tuple[str, ...] = ()
    seeks: str | None = None
    needs: tuple[str, ...] = ()
    place_asked: bool = False
    # Places that the last answer set beside each other, the words it answered, and how often 还有呢 was asked since.
    compared: tuple[str, ...] = ()
    words: str | None = None
    told: int = 0

    @classmethod
    def from_slots(cls, slots: Mapping[str, Any]) -> Context:
        given = {name: slots.get(name) for name in cls.__dataclass_fields__}
        for name in ("benefits", "categories", "institutions", "needs", "compared"):
            given[name] = tuple(given[name] or ())
        given["place_asked"], given["told"] = bool(given["place_asked"]), int(given["told"] or 0)
        given["age"] = tuple(given["age"]) if given["age"] else None
        return cls(**given)

    def slots(self) -> dict[str, Any]:
        """Slot values; empty ones are None."""
        return {k: (list(v) if isinstance(v, tuple) else v) or None for k, v in asdict(self).items()}

    @property
    def group(self) -> Group:
        return Group(self.residence, frozenset(self.categories), self.age)


def is_no_new_subject(before: Context, said: Understanding) -> bool:
    """Whether somebody's age or kind, said in passing (我老人家腿不好), leaves what was asked before as it is; an age with a
    question of its own, or how much, is asked anew (那八十几岁的老人有好多钱).
    """
    return bool(said.hinted and before.benefits) and not (said.age and said.aspect or said.aspect == "amount")


# 几天拿得到, 多久答复: so few characters say what is asked, not of what.
FEW = 8


def asks_the_same(before: Context, said: Understanding, text: str) -> bool:
    """Whether a few words ask something more of what was asked about before, whatever benefit they might mean by themselves."""
    return bool(before.benefits and said.aspect and not said.names_subject and len(text) <= FEW)


def completes(kb: KnowledgeBase, before: Context, said: Understanding) -> bool:
    """Whether a message names what the question before it left open: the place we asked for, the benefit, or which stage."""
    if not before.benefits:
        return bool(before.aspect and (said.names_subject or said.guessed))
    narrows = before.topic in kb.topics and said.topic in kb.topics and said.benefits != before.benefits and (
        kb.benefits[said.benefits[0]].field == kb.benefits[before.benefits[0]].field
    )
    return bool(narrows or before.place_asked and before.region is None and said.regions)


def follow(kb: KnowledgeBase, before: Context, said: Understanding, fragment: bool) -> Context:
    """The question after this message: what the resident named changes, the rest stays.

    A new subject begins a new question (whom it was about is forgotten, the place stays); ``fragment`` (那农村呢,
    高龄津贴呢) keeps the aspect too.
    """
    now = before
    if said.names_subject and not (fragment and is_no_new_subject(before, said)):
        # Asked which benefit is meant, 低保 completes 要带什么材料.
        keeps = not before.benefits or fragment or set(said.benefits) == set(before.benefits)
        now = replace(
            now,
            benefits=said.benefits,
            topic=said.topic,
            aspect=said.aspect or (before.aspect if keeps else None),
            residence=before.residence if keeps else None,
            categories=before.categories if set(said.benefits) == set(before.benefits) else (),
            age=before.age if set(said.benefits) == set(before.benefits) else None,
            year=before.year if fragment else None,
            institutions=said.institutions,
            seeks=None,
            needs=(),
        )
    elif said.aspect:
        now = replace(now, aspect=said.aspect)
    if said.seeks:
        now = replace(now, seeks=said.seeks, needs=tuple(sorted(said.needs)), institutions=said.institutions)
    if said.regions:
        now = replace(now, region=said.regions[0])
    if said.residence:
        now = replace(now, residence=said.residence)
    if said.categories:
        named = {kb.audiences[c].dimension for c in said.categories}
        kept = [c for c in now.categories if c in kb.audiences and kb.audiences[c].dimension not in named]
        now = replace(now, categories=tuple(sorted({*kept, *said.categories})))
    if said.age:
        now = replace(now, age=said.age)
    if said.year:
        now = replace(now, year=said.year)
    return now
