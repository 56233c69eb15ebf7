"""Find what a resident's words name: benefits, topics, places, groups, aspects, hotlines, years and ages.

The names are the knowledge base's own, read at run time; a new alias works as soon as it is loaded.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache

import regex

from policy_kb.knowledge import COUNTRY, KnowledgeBase
from policy_kb.language import Reading, folded, kept_characters, reader_of
from policy_kb.per_base import per_base
from policy_kb.quantities import AGE as QUANTITY_AGE
from policy_kb.quantities import OLDEST, find_quantities
from policy_kb.regions import short_name

BENEFIT, TOPIC, REGION, AUDIENCE, ASPECT = "benefit", "topic", "region", "audience", "aspect"
OFFICE, OUT_OF_SCOPE, YEAR, AGE = "office", "out_of_scope", "year", "age"
INSTITUTION, INSTITUTION_KIND, NEED, SEEKING = "institution", "institution_kind", "need", "seeking"
# Learned, not named: the aspect that the whole text asks about, the benefit it means without naming one, and the benefit it
# means although it names others.
ASKS, SUBJECT, MEANT = "asks", "subject", "meant"
SUBJECT_KINDS = frozenset({BENEFIT, TOPIC, INSTITUTION, INSTITUTION_KIND})

# Kind, value, start and end.
Found = tuple[str, tuple[str, ...], int, int]


@dataclass(frozen=True)
class Mention:
    """One name found: ``typed[start:end]`` is read as ``text`` and means ``value`` (ids; several for an ambiguous place)."""

    kind: str
    value: tuple[str, ...]
    start: int
    end: int
    text: str


class _Spans:
    """Where any of some words stands in a text: words that begin alike are few, and so are the lengths to be tried."""

    def __init__(self, words: Collection[str]):
        self._words = words
        sizes: dict[str, set[int]] = defaultdict(set)
        for word in words:
            sizes[word[:2]].add(len(word))
        self._sizes = {begin: sorted(of, reverse=True) for begin, of in sizes.items()}

    def find(self, clean: str) -> list[tuple[int, int]]:
        """From the left; of those that begin in one place the longest first."""
        found = []
        for start in range(len(clean)):
            begin = clean[start : start + 2]
            for size in self._sizes.get(begin, ()):
                if size <= len(clean) - start and clean[start : start + size] in self._words:
                    found.append((start, start + size))
            if len(begin) == 2 and begin[0] in self._words:
                found.append((start, start + 1))
        return found


class NameIndex:
    """All names of one knowledge base, ready to be found in text."""

    def __init__(self, kb: KnowledgeBase):
        self.kb = kb
        self._kept = kept_characters(kb)
        self._things: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._cues: dict[str, str] = {}
        self._places_to_go: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for b in kb.benefits.values():
            for name in (b.name, b.short, *b.aliases):
                self._add(name, BENEFIT, b.id)
        for t in kb.topics.values():
            for name in t.aliases:
                self._add(name, TOPIC, t.id)
        for a in kb.audiences.values():
            for name in a.aliases:
                self._add(name, AUDIENCE, a.id)
        for o in kb.offices.values():
            for name in (o.name, o.phone, *o.aliases):
                self._add(name, OFFICE, o.id)
        for i in kb.institutions.values():
            for name in (i.name, *i.aliases):
                self._add(name, INSTITUTION, i.id)
        for x in kb.out_of_scope:
            for name in x.aliases:
                self._add(name, OUT_OF_SCOPE, x.id)
        for name, code in _region_names(kb):
            self._add(name, REGION, code)
        for aspect in kb.aspects.values():
            for cue in aspect.cues:
                self._cues.setdefault(self._key(cue), aspect.id)
        # These lie inside other names without taking their place: 特困 is a need and a benefit.
        for kind, items in ((INSTITUTION_KIND, kb.institution_kinds), (NEED, kb.needs)):
            for item in items.values():
                for name in item.aliases:
                    self._places_to_go[self._key(name)].append((kind, item.id))
        for word in kb.seeking_words:
            self._places_to_go[self._key(word)].append((SEEKING, "place"))
        self._thing_spans, self._cue_spans, self._place_spans = map(_Spans, (self._things, self._cues, self._places_to_go))
        # What is told and what is searched for are often the same words.
        self._found = lru_cache(maxsize=32)(self._find)

    def _key(self, name: str) -> str:
        return folded(name, self._kept).without_gaps().text

    def _add(self, name: str | None, kind: str, value: str) -> None:
        key = self._key(name) if name else ""
        if len(key) >= 2 and (kind, value) not in self._things[key]:
            self._things[key].append((kind, value))

    def find(self, text: str | Reading, today: dt.date | None = None) -> list[Mention]:
        """Every mention in a text, in order; the places are those of the text as it was typed.

        A plain string is taken as it stands, a reading as what it means. Of overlapping names the longest wins, a place we
        hold something on before others; aspects overlap freely, but a cue inside another name (重点救助对象) asks nothing.
        """
        spaced = folded(text, self._kept) if isinstance(text, str) else text
        reading = spaced.without_gaps()
        mentions = []
        for kind, value, start, end in self._found(spaced.text, today or dt.date.today()):
            first, last = reading.span(start, end)
            mentions.append(Mention(kind, value, first, last, reading.text[start:end]))
        return mentions

    def _find(self, spaced: str, today: dt.date) -> tuple[Found, ...]:
        """The same in a text as it was read, its places without the gaps."""
        clean = "".join(c for c in spaced if not c.isspace())
        spans = _without_overlaps(self._thing_spans.find(clean), self._weight(clean))
        found = []
        for start, end in spans:
            grouped: dict[str, list[str]] = defaultdict(list)
            for kind, value in self._things[clean[start:end]]:
                if kind == REGION and not self._is_place(clean, start, end, value, spans):
                    continue
                if _negated(clean, start, kind):
                    if kind != AUDIENCE or (other := self._opposite(value)) is None:
                        continue
                    value = other
                if kind == AUDIENCE and (benefit := self.kb.audiences[value].benefit) and _wished_for(clean, start):
                    kind, value = BENEFIT, benefit
                grouped[kind].append(value)
            found += [(kind, tuple(values), start, end) for kind, values in grouped.items()]
        named = [(s, e) for kind, _, s, e in found if kind != REGION]
        found += [
            (ASPECT, (aspect,), start, end)
            for aspect, start, end in self._aspects(clean)
            if not any(s <= start and end <= e and end - start < e - s for s, e in named)
        ]
        found += self._institution_words(clean)
        found += [(YEAR, (str(y),), s, e) for y, s, e in _years(clean, today)]
        found += [(AGE, (f"{low}-{high}",), s, e) for low, high, s, e in _ages(spaced) if not _negated(clean, s, AGE)]
        found = _without_where_one_works(clean, _not_taken_back(clean, found))
        return tuple(sorted(found, key=lambda m: (m[2], -m[3])))

    def _opposite(self, audience: str) -> str | None:
        """Of two ways to live the other: 不是农村 is said by somebody in town."""
        dimension = self.kb.audiences[audience].dimension
        others = [a.id for a in self.kb.audiences.values() if a.dimension == dimension and a.id != audience]
        return others[0] if len(others) == 1 else None

    def _weight(self, clean: str) -> Callable[[tuple[int, int]], int]:
        def weight(span: tuple[int, int]) -> int:
            held = any(k == REGION and v in self.kb.regions_with_data for k, v in self._things[clean[slice(*span)]])
            return span[1] - span[0] + (2 if held else 0)

        return weight

    def _is_place(self, clean: str, start: int, end: int, code: str, spans: list[tuple[int, int]]) -> bool:
        """Two characters that are a county's short name also meet by chance (学校和政府: 和政县).

        Such a name counts where the words around let it: after 在, 是, 到 …, a comma or another place, or before a name,
        的, 有 … Places we hold something on, cities and provinces always count.
        """
        region = self.kb.regions[code]
        if end - start > 2 or region.level not in {"county", "zone"} or code in self.kb.regions_with_data:
            return True
        before = start > 0 and (clean[start - 1] in _BEFORE_PLACES or any(e == start for _, e in spans))
        after = end == len(clean) or clean[end] in _AFTER_PLACES or any(s == end for s, _ in spans)
        return before or after

    def _aspects(self, clean: str) -> list[tuple[str, int, int]]:
        spans = self._cue_spans.find(clean)
        return [(self._cues[clean[s:e]], s, e) for s, e in _without_overlaps(spans, lambda span: span[1] - span[0])]

    def _institution_words(self, clean: str) -> list[tuple[str, tuple[str, ...], int, int]]:
        """Kinds of institutions, needs and words that ask for a place; needs only beside one of the others."""
        found = [
            (kind, (value,), start, end)
            for start, end in self._place_spans.find(clean)
            for kind, value in self._places_to_go[clean[start:end]]
        ]
        named = any(kind == INSTITUTION_KIND for kind, *_ in found)
        return found if named else []


def _without_overlaps(spans: list[tuple[int, int]], weight: Callable[[tuple[int, int]], int]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (-weight(span), span[0])):
        if all(end <= s or start >= e for s, e in kept):
            kept.append((start, end))
    return sorted(kept)


_BEFORE_PLACES = frozenset("在是住来去到从我们咱俺家问查省市区县州，,。、：:的请")
_AFTER_PLACES = frozenset("的，,。、！？!?:：有农城低特高多能怎这那人户可申区县市")


def _negated(clean: str, start: int, kind: str) -> bool:
    """我问的是云安区，不是綦江: the second is not asked about. 不要 denies a place only: 不要保教费了吗 asks about the fee."""
    before = clean[max(0, start - 5) : start]
    denied = r"(不是问?|别说|不问|不要|没问|不是在)$" if kind == REGION else r"(不是问?|别说|不问|没问|不是在问)$"
    return bool(regex.search(denied, before)) and not regex.search(r"(是不是|要不要)$", before)


# 想吃低保, 够不够格吃低保: who wishes for it does not have it; 我们吃低保 does.
_WISHED = regex.compile(
    r"(?:想|要|能|能否|能不能|可以|可不可以|有资格|够格|够条件|够不够|够得上|符合|符不符合|申请|办|办理|怎样|怎么|如何|才|会|该)"
    r"(?:我们?|我家|他|她|老人|再|也|还|一起|单独|自己|一个人|够格|条件|资格|去|来|才|能|吃|领)*$"
)


def _wished_for(clean: str, start: int) -> bool:
    return _WISHED.search(clean[max(0, start - 12) : start]) is not None


_WORKS_THERE = regex.compile(r"^(?:这边|那边|这里|市里|城里)?(?:打工|上班|务工|做工|工作|干活|做事|带娃|带孙|帮儿|帮女|读书)")


def _without_where_one_works(clean: str, found: list[Found]) -> list[Found]:
    """我人在成都打工，我妈是云安户口: where somebody works is not asked about beside another place."""
    places = [m for m in found if m[0] == REGION]
    passing = [m for m in places if clean[: m[2]].endswith("在") and _WORKS_THERE.match(clean[m[3] :])]
    return [m for m in found if m not in passing] if len(passing) < len(places) else found


_TAKEN_BACK = regex.compile(
    r"(?:我|又)?(?:说|搞|打|写|弄|讲|问|记)错(?:了|喽|啦|咧)?|(?:^|[,，。!?！？、…~])(?:哦|呃|啊|喔|噢|额)?(?:不对|错了)"
)


def _not_taken_back(clean: str, found: list[Found]) -> list[Found]:
    """綦江低保，说错了，是万盛的: of what is named before the words that take it back and again after them, the second counts."""
    cut = max((m.end() for m in _TAKEN_BACK.finditer(clean)), default=0)
    after = {kind for kind, _, start, _ in found if start >= cut}
    return [m for m in found if not (m[3] <= cut and m[0] in after and m[0] != ASPECT)] if cut else found


def _region_names(kb: KnowledgeBase) -> list[tuple[str, str]]:
    names = []
    for r in kb.regions.values():
        names += [(name, r.code) for name in (r.name, *r.aliases) if name not in kb.everyday_words]
        short = short_name(r.name)
        if short != r.name and len(short) >= 2 and short not in kb.everyday_words:
            names.append((short, r.code))
        elif len(short) >= 2 and short in kb.everyday_words:
            # An everyday word is a place only with its parent before it: 湖北公安.
            parents = [kb.regions[p.code] for p in kb.chain(r.code)[1:] if p.code != COUNTRY]
            names += [(n + short, r.code) for p in parents for n in (p.name, short_name(p.name)) if len(n) >= 2]
    return names


_YEAR = regex.compile(r"(?<![\d元块])(20\d\d)年(?![^，。！？,]{0,6}(?:出生|生的|生人))")
RELATIVE_YEARS = {"大前年": -3, "前年": -2, "去年": -1, "今年": 0, "现在": 0}


def _years(clean: str, today: dt.date) -> list[tuple[int, int, int]]:
    found = [(int(m[1]), *m.span()) for m in _YEAR.finditer(clean) if int(m[1]) <= today.year + 1]
    for word, shift in RELATIVE_YEARS.items():
        at = clean.find(word)
        if at >= 0 and not any(s <= at < e for _, s, e in found):
            found.append((today.year + shift, at, at + len(word)))
    return found


# 百岁老人 is a name of its own; 一百岁 is a number.
_A_HUNDRED = regex.compile(r"(?:上|过|满|到|超过)了?百岁(?!老人)")


def _ages(spaced: str) -> list[tuple[int, int, int, int]]:
    """Ages in completed years, 80-130 where 以上 leaves them open (a child of 18个月 is 1-1), with their places in the text
    without its gaps. The gaps are needed to read them: 今年84 老兵补助.
    """
    found = [(100, int(OLDEST), *m.span()) for m in _A_HUNDRED.finditer("".join(spaced.split()))]
    for q in find_quantities(spaced):
        if q.kind == QUANTITY_AGE:
            months = 12 if q.unit == "个月" else 1
            low, high = int((q.low or 0) // months), int(OLDEST if q.high is None else q.high // months)
            start = sum(not c.isspace() for c in spaced[: q.start])
            found.append((low, high, start, start + sum(not c.isspace() for c in spaced[q.start : q.end])))
    return found


@per_base
def names_of(kb: KnowledgeBase) -> NameIndex:
    """The names of this knowledge base."""
    return NameIndex(kb)


def mentions_of(kb: KnowledgeBase, text: str, today: dt.date | None = None) -> list[Mention]:
    """What a resident's words name, read as they were meant: in dialect, in pinyin and with slips."""
    return names_of(kb).find(reader_of(kb).read(text), today)
