"""One set of utterances beside what was made of them, and what can be counted there."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from tests.nlu import scores
from tests.nlu.held_out import Utterance
from tests.nlu.pipeline import Parsed
from tests.nlu.scores import Tally, Verdict

KINDS = ("benefit", "aspect", "region", "residence", "age")
# What asks, or goes on with a question: elsewhere nothing is made of a benefit or a place that is named.
QUESTIONS = frozenset({"ask_policy", "inform", "check_eligibility", "correct"})
# Two places understood are two answers; several benefits are what a topic stands for.
EVERY = frozenset({"region"})


@dataclass(frozen=True)
class Mistake:
    """One thing wrong: in which set, of what kind of thing, what was wanted and what came."""

    part: str
    kind: str
    noise: str
    text: str
    wanted: str
    got: str


@dataclass(frozen=True)
class Part:
    """A set of utterances and their parses, in the same order. ``secret``: nobody may read what went wrong there."""

    name: str
    utterances: list[Utterance]
    parses: list[Parsed]
    secret: bool = False

    @cached_property
    def pairs(self) -> list[scores.Pair]:
        return [(u.intent, p.intent) for u, p in zip(self.utterances, self.parses)]

    @property
    def is_labelled(self) -> bool:
        """Whether more than the intents is known."""
        return any(u.wanted is not None for u in self.utterances)

    @property
    def intents(self) -> dict[str, Tally]:
        return scores.per_label(self.pairs)

    @property
    def entities(self) -> dict[str, Tally]:
        """Per kind, over the utterances that ask or go on with a question."""
        return {kind: scores.total(v[kind] for v in self._verdicts if v) for kind in KINDS}

    @cached_property
    def _verdicts(self) -> list[dict[str, Verdict]]:
        return [
            {k: scores.judge(u.wanted.get(k, ()), p.values.get(k, ()), k in EVERY) for k in KINDS}
            if u.wanted is not None and u.intent in QUESTIONS
            else {}
            for u, p in zip(self.utterances, self.parses)
        ]

    @cached_property
    def wholly(self) -> list[bool]:
        """Whether the intent and all that is labelled was understood, and nothing besides."""
        return [
            wanted == got and not any(v.is_mistake for v in verdicts.values())
            for (wanted, got), verdicts in zip(self.pairs, self._verdicts)
        ]

    @property
    def intent_by_noise(self) -> dict[str, tuple[int, int]]:
        return scores.shares((u.noise, wanted == got) for u, (wanted, got) in zip(self.utterances, self.pairs))

    @property
    def wholly_by_noise(self) -> dict[str, tuple[int, int]]:
        return scores.shares((u.noise, right) for u, right in zip(self.utterances, self.wholly))

    def mistakes(self) -> Iterator[Mistake]:
        """Everything that is wrong; of a secret part nothing."""
        if self.secret:
            return
        for u, p, verdicts in zip(self.utterances, self.parses, self._verdicts):
            noise = " ".join(u.noise)
            if u.intent != p.intent:
                yield Mistake(self.name, "intent", noise, u.text, u.intent, p.intent)
            for kind, verdict in verdicts.items():
                if verdict.is_mistake:
                    wanted = (u.wanted or {}).get(kind, ())
                    yield Mistake(self.name, kind, noise, u.text, _written(wanted), _written(p.values.get(kind, ())))


def _written(values: Iterable[Hashable]) -> str:
    return " or ".join(sorted("-".join(map(str, v)) if isinstance(v, tuple) else str(v) for v in values)) or "nothing"


Counts = Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class Measured:
    """All that was measured.

    - plain: the noisy utterances of both halves, said in plain words.
    - service: per half and ``queries`` or ``conversations`` (hits, of how many) by group; empty where no service ran.
    - service_mistakes: what went wrong there, of ``dev`` only.
    """

    held_out: Part
    dev: Part
    test: Part
    plain: Part
    service: Mapping[tuple[str, str], Counts] = field(default_factory=dict)
    service_mistakes: tuple[Mistake, ...] = ()

    @property
    def parts(self) -> tuple[Part, ...]:
        return self.held_out, self.dev, self.test

    def mistakes(self) -> list[Mistake]:
        return [*self.held_out.mistakes(), *self.dev.mistakes(), *self.service_mistakes]
