"""Which characters of a result to mark. Pure."""

from __future__ import annotations

from policy_kb.language import text as tx
from policy_kb.search.question import Question


def spans(question: Question, text: str) -> tuple[tuple[int, int], ...]:
    """Spans of ``text`` that hold the query's words or other words for them, merged, in order."""
    folded, places = tx.fold_with_places(text)
    words = {t.text for t in question.terms if t.weight >= 0.5}
    words |= {w for a in question.alternates for w in a.texts if len(w) > 1}
    marked: set[int] = set()
    for word in words:
        at = folded.find(word)
        while at >= 0:
            end = at + len(word)
            inside_number = word[0].isdigit() and (folded[at - 1 : at].isdigit() or folded[end : end + 1].isdigit())
            if not inside_number:
                marked.update(range(at, end))
            at = folded.find(word, at + 1)
    found: list[list[int]] = []
    for i in sorted(marked):
        start, end = places[i], places[i] + 1
        if found and start <= found[-1][1]:
            found[-1][1] = max(end, found[-1][1])
        else:
            found.append([start, end])
    return tuple((s, e) for s, e in found)
