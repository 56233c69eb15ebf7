"""Say which department a case belongs to, and why; notice when the classifier was trained anew."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desk.texts import text as sentence
from policy_kb import KnowledgeBase
from policy_kb.settings import var_folder

if TYPE_CHECKING:
    from desk.routing.model import Model

log = logging.getLogger("huimin.routing")

# 我要找人工 says nothing of what it is about.
FEWEST_CHARACTERS = 10
SHOWN = 2


@dataclass(frozen=True)
class Routed:
    """``department`` None: not decided. ``why``: a line in Chinese for staff. ``likeliest``: the classifier's first two with
    their probabilities, empty where it was not asked.
    """

    department: str | None
    why: str
    likeliest: tuple[tuple[str, float], ...] = ()


def model_file() -> Path:
    """Where the classifier in use is."""
    return var_folder() / "routing" / "model.npz"


def route(text: str, benefit: str | None, region: str | None, kb: KnowledgeBase | None, model: Model | None = None) -> Routed:
    """The department that a resident's matter belongs to.

    Args:
        text: what the resident wrote, masked.
        benefit: id of the benefit it is about, None or unknown to the base where that was not understood.
        region: code of the place, for its own table of lead departments.
        model: the trained classifier, asked where no benefit is known.
    """
    if kb is not None and benefit in kb.benefits:
        place = kb.full_name(region) if region in kb.regions else ""
        title = f"{place}{kb.benefits[benefit].title}"
        return Routed(kb.department(benefit, region), sentence("route_benefit", benefit=title))
    if model is None or len("".join(text.split())) < FEWEST_CHARACTERS:
        return Routed(None, sentence("route_nothing"))
    likeliest = tuple(model.ranking(text)[:SHOWN])
    (department, confidence), *_ = likeliest
    if confidence < model.about.threshold:
        return Routed(None, sentence("route_unsure", likeliest=_in_words(likeliest)), likeliest)
    return Routed(department, sentence("route_words", likeliest=_in_words(likeliest[:1]), version=model.version), likeliest)


def _in_words(likeliest: tuple[tuple[str, float], ...]) -> str:
    return "、".join(f"{department}{confidence:.0%}" for department, confidence in likeliest)


class Router:
    """Routes with the newest classifier that :meth:`look` found."""

    def __init__(self, file: Path):
        self._file = file
        self._seen: tuple[int, int, int] | None = None
        self._model: Model | None = None

    def look(self) -> None:
        """Take in the classifier's file if it changed. One that cannot be read leaves the last good one in use."""
        try:
            found = self._file.stat()
        except OSError:
            self._seen = self._model = None
            return
        state = (found.st_mtime_ns, found.st_ino, found.st_size)
        if state == self._seen:
            return
        self._seen = state
        try:
            from desk.routing.model import load  # NumPy, only where there is a classifier

            self._model = load(self._file)
        except Exception:
            log.exception("could not read the routing classifier")
        else:
            log.info("routing classifier", extra={"version": self._model.version})

    def route(self, text: str, benefit: str | None, region: str | None, kb: KnowledgeBase | None) -> Routed:
        return route(text, benefit, region, kb, self._model)
