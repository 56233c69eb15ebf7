"""What staff read of a case: its reasons and what happened, in words."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.engine import Connection, Row

from desk import cases
from desk.hours import local
from desk.store import aware
from desk.texts import knows, text

_NOT_STAFF = {"resident": "case_resident", "system": "case_system"}


def when(moment: dt.datetime | None) -> str:
    """A time of the store where Huimin serves; nothing where there is none."""
    return local(aware(moment)).strftime("%Y-%m-%d %H:%M") if moment else ""


def reason_of(given: str | None) -> str | None:
    """In Chinese; as it stands where a later program or an action has a reason that has no words here."""
    return text(f"reason_{given}") if given and knows(f"reason_{given}") else given


def reasons_of(db: Connection, case: Row) -> str:
    return "、".join(filter(None, map(reason_of, cases.reasons(db, case.id))))


def department_of(db: Connection, case: Row) -> str:
    """Whose the case is; where that is not decided, why, with the likeliest."""
    return department_in_words(case, None if case.department else cases.why_routed(db, case.id))


def department_in_words(case: Row, why: str | None) -> str:
    """The same, where it is known why."""
    return case.department or (f"未定（{why}）" if why else "未定")


def delivery_of(stands: tuple[str, str | None] | None) -> str:
    """Whether a message reached a resident in WeChat, of :func:`desk.wechat.deliveries`; nothing where it went another way."""
    if stands is None:
        return ""
    state, reason = stands
    key = f"delivery_why_{(reason or '').partition(' ')[0]}"
    return text("delivery_waiting_why", why=text(key)) if state == "waiting" and knows(key) else text(f"delivery_{state}")


def event_of(event: Row) -> str:
    """An event of a case: when, who, what and why."""
    why = reason_of(event.why) if event.what in cases.WITH_REASON or event.who in _NOT_STAFF else event.why
    who = text(_NOT_STAFF[event.who]) if event.who in _NOT_STAFF else event.who
    what = text(f"event_{event.what}") if knows(f"event_{event.what}") else event.what
    return f"{when(event.at)} {who} {what}{'：' + why if why else ''}"
