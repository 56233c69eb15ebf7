"""Which figures want looking after: past their end, or stated more than 18 months ago. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from policy_kb.knowledge import KnowledgeBase, Provision
from policy_kb.resolve import hold, newest, starts

ENDED, OLD = "ended", "old"


@dataclass(frozen=True)
class StaleFigure:
    """A figure that answers only as historic. ``since`` is the day it ended, or the day it was stated for."""

    provision: Provision
    department: str
    reason: str  # ended | old
    since: dt.date


def stale_figures(kb: KnowledgeBase, day: dt.date, region: str | None = None) -> list[StaleFigure]:
    """Every such figure, by region, lead department and benefit; with ``region`` of that place and what is inside it.

    Figures of superseded documents, and those that have a later value, answer nothing any more and need nobody's care.
    """
    found = []
    for (_, _, code), provisions in kb.by_subject.items():
        if region and region not in {r.code for r in kb.chain(code)}:
            continue
        held = [h for p in provisions if (h := hold(p, kb.documents[p.document], day))]
        for h in newest(held):
            p = h.provision
            since = h.ended or p.as_at or starts(p, h.document)
            if p.value is not None and h.historic and since is not None:
                found.append(StaleFigure(p, kb.department(p.benefit, p.region), ENDED if h.ended else OLD, since))
    return sorted(found, key=lambda s: (s.provision.region, s.department, s.provision.benefit, s.since, s.provision.id))
