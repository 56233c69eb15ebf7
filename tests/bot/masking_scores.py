"""How well what identifies a person is found and everything else left: precision and recall by kind.

    python -m tests.bot.masking_scores
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import regex

from bot.masking import ACCOUNT, CARD, EMAIL, ID, PHONE, PLATE, mask
from tests.bot import masking_more_sentences as more
from tests.bot import masking_sentences as first

KINDS = {"i": ID, "p": PHONE, "c": CARD, "a": ACCOUNT, "e": EMAIL, "v": PLATE}
LABELS = tuple(KINDS.values())
_LABEL = regex.compile("|".join(map(regex.escape, LABELS)))
_MARKED = regex.compile(r"⟦([a-z]):([^⟧]+)⟧")
Span = tuple[int, int, str]


def personal() -> list[str]:
    """Every sentence that holds something personal; a number broken over lines stays one sentence."""
    return [*regex.split(r"\n(?![^⟦⟧]*⟧)", first.PERSONAL), *more.PERSONAL.splitlines()]


def traps() -> dict[str, list[str]]:
    """Sentences in which nothing is personal, by what their numbers are."""
    return {"of every kind": first.HARMLESS.splitlines()} | {kind: said.strip().splitlines() for kind, said in more.TRAPS.items()}


def harmless() -> list[str]:
    return [sentence for said in traps().values() for sentence in said]


def plain(sentence: str) -> str:
    return _MARKED.sub(r"\2", sentence)


def spans_meant(sentence: str) -> list[Span]:
    """Where something personal stands in the plain sentence, with the label it ought to get."""
    spans, removed = [], 0
    for m in _MARKED.finditer(sentence):
        start = m.start() - removed
        spans.append((start, start + len(m[2]), KINDS[m[1]]))
        removed += len(m[0]) - len(m[2])
    return spans


def spans_masked(text: str) -> list[Span]:
    """Where ``mask`` put its labels, as places in ``text``: what is between them stands there unchanged."""
    masked = mask(text)
    kept = _LABEL.split(masked)
    found = regex.fullmatch("(.+?)".join(map(regex.escape, kept)), text, regex.DOTALL)
    return [(*found.span(n), label) for n, label in enumerate(_LABEL.findall(masked), 1)]


def is_hidden(text: str, span: Span, masked: list[Span]) -> bool:
    """Every digit and letter of it is under a label, whichever."""
    return all(any(s <= p < e for s, e, _ in masked) for p in range(span[0], span[1]) if text[p].isalnum())


def is_masked(sentence: str) -> bool:
    text = plain(sentence)
    masked = spans_masked(text)
    return all(is_hidden(text, span, masked) for span in spans_meant(sentence))


def too_much(sentence: str) -> list[str]:
    """What is masked and ought to stand."""
    meant = {p for s, e, _ in spans_meant(sentence) for p in range(s, e)}
    text = plain(sentence)
    return [text[s:e] for s, e, _ in spans_masked(text) if any(text[p].isalnum() and p not in meant for p in range(s, e))]


@dataclass
class Score:
    """Of one kind: how many there are, how many of them are hidden; how many were labelled so, how many of them rightly."""

    there: int = 0
    hidden: int = 0
    labelled: int = 0
    right: int = 0
    missed: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.hidden / self.there if self.there else 1.0

    @property
    def precision(self) -> float:
        return self.right / self.labelled if self.labelled else 1.0


def scores(sentences: Iterable[str]) -> dict[str, Score]:
    """By label. A label is right where all it hides is personal, and of that kind."""
    found = {label: Score() for label in LABELS}
    for sentence in sentences:
        text = plain(sentence)
        meant, masked, wrong = spans_meant(sentence), spans_masked(text), set(too_much(sentence))
        for span in meant:
            found[span[2]].there += 1
            if is_hidden(text, span, masked):
                found[span[2]].hidden += 1
            else:
                found[span[2]].missed.append(sentence)
        for start, end, label in masked:
            found[label].labelled += 1
            found[label].right += text[start:end] not in wrong and any(s < end and start < e and k == label for s, e, k in meant)
    return found


def tables() -> str:
    """What ``docs/privacy.md`` shows."""
    found = scores([*personal(), *harmless()])
    lines = ["| what | in the sentences | recall | precision |", "|---|---|---|---|"]
    lines += [f"| {label} | {s.there} | {s.recall:.3f} | {s.precision:.3f} |" for label, s in found.items()]
    lines += ["", "| numbers that must stay | sentences | left as they are |", "|---|---|---|"]
    lines += [f"| {kind} | {len(said)} | {sum(mask(x) == x for x in said)} |" for kind, said in traps().items()]
    return "\n".join(lines)


if __name__ == "__main__":
    print(tables())
    for sentence in personal():
        if not is_masked(sentence):
            print("missed:", sentence, "→", mask(plain(sentence)))
    for sentence in [*personal(), *harmless()]:
        if too_much(sentence):
            print("too much:", sentence, "→", mask(plain(sentence)))
