"""What a change of the data alters: in the facts themselves and in the answers residents get. Pure."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any

from policy_kb.answering import answer
from policy_kb.answers import Query
from policy_kb.eligibility.schema import Strict, dumped
from policy_kb.knowledge import COUNTRY, KnowledgeBase, Provision


@dataclass(frozen=True)
class ChangedItem:
    """A provision, document, benefit, office or institution that came, went or changed."""

    kind: str
    id: str
    fields: tuple[tuple[str, object, object], ...]  # name, before, after; empty when it came or went
    came: bool = False
    went: bool = False


@dataclass(frozen=True)
class ChangedAnswer:
    """One question whose answer differs, in every place where it differs in the same way. None: no answer to speak of."""

    benefit: str
    aspect: str
    regions: tuple[str, ...]
    removed: tuple[str, ...]
    added: tuple[str, ...]


_SECTIONS = (
    "regions", "documents", "benefits", "topics", "audiences", "aspects", "offices", "needs", "institution_kinds", "institutions",
    "household_facts",
)


def changed_items(before: KnowledgeBase, after: KnowledgeBase) -> Iterator[ChangedItem]:
    """Every item that differs, by kind and id. What only moved in its file does not count."""
    pairs = [(s, getattr(before, s), getattr(after, s)) for s in _SECTIONS]
    pairs.append(("provisions", before.provision_of, after.provision_of))
    keyed = (("leads", lambda x: f"{x.region}/{x.benefit}"), ("emergencies", _id), ("out_of_scope", _id), ("rules", _id))
    for section, key in keyed:
        pairs.append((section, *({key(x): x for x in getattr(kb, section)} for kb in (before, after))))
    pairs.append(("wording", before.wording, after.wording))
    pairs.append(("answer_words", before.answer_words, after.answer_words))
    for section in ("everyday_words", "seeking_words"):
        pairs.append((section, *({word: word for word in getattr(kb, section)} for kb in (before, after))))
    for kind, old, new in pairs:
        for name in dict.fromkeys((*old, *new)):
            if name not in new:
                yield ChangedItem(kind, name, (), went=True)
            elif name not in old:
                yield ChangedItem(kind, name, (), came=True)
            elif old[name] != new[name]:
                yield ChangedItem(kind, name, _differences(old[name], new[name]))


def _id(item: Any) -> str:
    return item.id


def _differences(old: object, new: object) -> tuple[tuple[str, object, object], ...]:
    if isinstance(old, (str, list)):
        return (("text", old, new),)
    if isinstance(old, Strict):
        one, other = dumped(old), dumped(new)
        return tuple((name, one.get(name), other.get(name)) for name in {**one, **other} if one.get(name) != other.get(name))
    return tuple(
        (f.name, a, b) for f in fields(old) if (a := getattr(old, f.name)) != (b := getattr(new, f.name))  # type: ignore[arg-type]
    )


def changed_answers(
    before: KnowledgeBase, after: KnowledgeBase, day: dt.date, progress: Callable[[int, int], None] = lambda done, of: None
) -> list[ChangedAnswer]:
    """Ask both bases every benefit and aspect, without a place and for every place either holds something on."""
    places = [None, COUNTRY, *sorted((before.regions_with_data | after.regions_with_data) & set(after.regions))]
    benefits = list(dict.fromkeys((*before.benefits, *after.benefits)))
    found: dict[tuple, list[str]] = defaultdict(list)
    for number, benefit in enumerate(benefits):
        progress(number, len(benefits))
        for aspect in dict.fromkeys((*before.aspects, *after.aspects)):
            for place in places:
                old, new = (_lines(kb, benefit, aspect, place, day) for kb in (before, after))
                if old != new:
                    removed = tuple(x for x in old if x not in new)
                    added = tuple(x for x in new if x not in old)
                    found[benefit, aspect, removed, added].append(place or "")
    return [ChangedAnswer(b, a, tuple(regions), removed, added) for (b, a, removed, added), regions in found.items()]


def _lines(kb: KnowledgeBase, benefit: str, aspect: str, place: str | None, day: dt.date) -> tuple[str, ...]:
    if benefit not in kb.benefits or aspect not in kb.aspects or (place and place not in kb.regions):
        return ()
    return tuple(answer(kb, Query((benefit,), aspect, place, day)).text.split("\n"))


def value_of(p: Provision) -> str:
    """A provision's figure as one writes it: 450元/月."""
    if p.value is None:
        return ""
    return f"{p.value:g}{p.unit}" + (f"/{p.period}" if p.period else "")
