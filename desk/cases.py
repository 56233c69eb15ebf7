"""Cases: what a resident needs a person for. Functions take an open transaction and never commit.

Ownership of the conversation and the case move together, each move by :func:`desk.moves.move`.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from desk import conversations as talk
from desk.moves import CLAIMED, OPEN, RESOLVED, NoSuchCase, NotPossible, by_ticket, held, move, record, refusal
from desk.store import aware, in_parts, now
from desk.tables import callbacks, case_events, cases
from desk.telling import CONTINUE, NOT_SOLVED, NOTHING_UNDERSTOOD, REOPEN, SOLVED, offer, tell
from desk.texts import text
from desk.tickets import new_ticket

__all__ = ["NoSuchCase", "NotPossible", "by_ticket", "record"]

# What came of a case.
OUTCOMES = ("answered", "arranged", "referred", "unreachable", "withdrawn", "other")
# Who does what residents do, and what the program does by itself.
RESIDENT, SYSTEM = "resident", "system"
# Events that say why in one word, a ``reason_…`` of texts.yaml.
WITH_REASON = ("open", "urgent", "queue", "asked_again")
# How long after its end a case can be opened again; later a new one goes on with it.
REOPENED_WITHIN = dt.timedelta(hours=48)
_NOBODYS = {"claimed_by": None, "claimed_at": None, "notified_at": None}


def open_case(
    db: Connection, conversation: str, message: str | None, *, reason: str, urgent: bool, department: str | None,
    summary: str, follows: str | None = None, why_routed: str | None = None,
) -> Row:
    """Hand the conversation over: owner ``queue`` and one open case.

    A retry of the same message and a further request in the same conversation find the case that is open already; an
    urgent one makes it urgent, one whose department is known gives it to a case that had none, and each further reason is
    recorded. ``follows``: the ticket of the case it goes on with. ``why_routed``: why the department is this one, or none.
    """
    c = cases.c
    known = of_conversation(db, conversation) or (
        message and db.execute(sa.select(cases).where(c.message == message)).first()
    )
    if known:
        return _asked_again(db, known, reason, urgent, department, why_routed)
    name = uuid.uuid4().hex
    ticket = new_ticket()
    while db.execute(sa.select(c.id).where(c.ticket == ticket)).first():
        ticket = new_ticket()
    db.execute(
        cases.insert(),
        {"id": name, "ticket": ticket, "conversation": conversation, "message": message, "reason": reason,
         "urgent": urgent, "department": department, "summary": summary, "status": OPEN, "opened_at": now(),
         "follows": follows},
    )
    record(db, name, RESIDENT, "open", reason)
    if why_routed:
        record(db, name, SYSTEM, "route", why_routed)
    talk.set_owner(db, conversation, talk.QUEUE)
    return by_ticket(db, ticket)


def _asked_again(
    db: Connection, case: Row, reason: str, urgent: bool, department: str | None, why_routed: str | None
) -> Row:
    if case.status == RESOLVED:
        return case
    if urgent and not case.urgent:
        db.execute(cases.update().where(cases.c.id == case.id).values(urgent=True, reason=reason, notified_at=None))
        record(db, case.id, RESIDENT, "urgent", reason)
    if department and not case.department:
        db.execute(cases.update().where(cases.c.id == case.id).values(department=department))
        record(db, case.id, SYSTEM, "route", why_routed)
    if talk.get(db, case.conversation).owner == talk.BOT:
        move(db, case, "queue", RESIDENT, reason)
    elif reason not in reasons(db, case.id):
        record(db, case.id, RESIDENT, "asked_again", reason)
    return by_ticket(db, case.ticket)


def reasons(db: Connection, case: str) -> list[str]:
    """Everything the resident wanted a person for, in order."""
    return reasons_in(events(db, case))


def reasons_in(events: Iterable[Row]) -> list[str]:
    """The same, of a case's events."""
    return list(dict.fromkeys(e.why for e in events if e.what in WITH_REASON and e.why))


def list_cases(db: Connection, every: bool = False) -> list[Row]:
    """Urgent first, then who has waited longest; closed ones only with ``every``."""
    query = sa.select(cases)
    if not every:
        query = query.where(cases.c.status != RESOLVED)
    return list(db.execute(query.order_by(cases.c.urgent.desc(), cases.c.opened_at, cases.c.id)))


def untold(db: Connection) -> list[Row]:
    """Open cases, and urgent ones, that nobody has been notified of, urgent first."""
    return [c for c in list_cases(db) if c.notified_at is None and (c.status == OPEN or c.urgent)]


def told(db: Connection, case: str, urgent: bool) -> None:
    """Somebody was notified of it; one that has become urgent meanwhile must be told of again."""
    db.execute(cases.update().where(cases.c.id == case, cases.c.urgent.is_(urgent)).values(notified_at=now()))


def of_conversation(db: Connection, conversation: str) -> Row | None:
    """The case of a conversation that is not resolved; there is at most one."""
    c = cases.c
    return db.execute(
        sa.select(cases).where(c.conversation == conversation, c.status != RESOLVED).order_by(c.opened_at.desc())
    ).first()


def last_resolved(db: Connection, conversation: str) -> Row | None:
    """The case of a conversation that came to its end last."""
    c = cases.c
    ended = sa.select(cases).where(c.conversation == conversation, c.status == RESOLVED)
    return db.execute(ended.order_by(c.resolved_at.desc(), c.opened_at.desc())).first()


def events(db: Connection, case: str) -> list[Row]:
    return list(db.execute(sa.select(case_events).where(case_events.c.case == case).order_by(case_events.c.id)))


def events_of(db: Connection, every: Collection[str]) -> dict[str, list[Row]]:
    """The events of several cases."""
    found: dict[str, list[Row]] = {case: [] for case in every}
    for part in in_parts(every):
        for event in db.execute(sa.select(case_events).where(case_events.c.case.in_(part)).order_by(case_events.c.id)):
            found[event.case].append(event)
    return found


def why_routed(db: Connection, case: str) -> str | None:
    """Why the case's department is what it is; None where nobody wrote that down."""
    c = case_events.c
    return db.execute(sa.select(c.why).where(c.case == case, c.what == "route").order_by(c.id.desc()).limit(1)).scalar()


def claim(db: Connection, ticket: str, who: str) -> Row:
    """Take a case. Only one can; raises :class:`NotPossible`, which names who has it, for the loser."""
    case = held(db, ticket)
    if case.status == RESOLVED:
        raise NotPossible(refusal(case))
    after = move(db, case, "claim", who, claimed_by=who, claimed_at=now(), wanted_by=None)
    _tell_who(db, after)
    return after


def take_over(db: Connection, ticket: str, who: str) -> Row:
    """A supervisor takes a case from whoever has it. Raises :class:`NotPossible` where nobody else has it."""
    case = held(db, ticket)
    if case.claimed_by == who:
        raise NotPossible(refusal(case))
    after = move(db, case, "take_over", who, case.claimed_by, claimed_by=who, claimed_at=now())
    _tell_who(db, after)
    return after


def reply(db: Connection, ticket: str, who: str, words: str, sent: str | None = None) -> str:
    """Say something to the resident as a person; an open case is claimed by this. Returns the message's id.

    ``sent``: an id made by whoever sends it; what comes again under it is said once.

    Raises :class:`NotPossible` where the case is another's or resolved.
    """
    case = held(db, ticket)
    if case.status == OPEN:
        case = claim(db, ticket, who)
    _check_hers(case, who)
    said = talk.Outgoing("staff", "chat", words, data=NOTHING_UNDERSTOOD | {"name": who}, client_id=sent)
    return talk.said_before(db, case.conversation, sent) or talk.say(db, case.conversation, said)


def note(db: Connection, ticket: str, who: str, words: str) -> None:
    """Something for colleagues, which never reaches the resident. Whoever and whenever."""
    record(db, held(db, ticket).id, who, "note", words)


def transfer(db: Connection, ticket: str, who: str, to: str, words: str) -> Row:
    """Hand the case on to a person or a department, with a note. Raises :class:`NotPossible` where it is another's."""
    case = held(db, ticket)
    if case.status == CLAIMED:
        _check_hers(case, who)
    after = move(db, case, "transfer", who, f"{to}：{words}", wanted_by=to, **_NOBODYS)
    if case.status == CLAIMED:
        tell(db, case.conversation, text("handed_on", ticket=case.ticket, to=to), case.ticket, [offer(CONTINUE)])
    return after


def release(db: Connection, ticket: str, who: str, words: str) -> Row:
    """Give a case back to the queue. Raises :class:`NotPossible` where it is not ``who``'s."""
    case = held(db, ticket)
    if case.status == CLAIMED:
        _check_hers(case, who)
    after = move(db, case, "release", who, words, **_NOBODYS)
    tell(db, case.conversation, text("back_in_queue", ticket=case.ticket, name=who), case.ticket, [offer(CONTINUE)])
    return after


def resolve(db: Connection, ticket: str, who: str, kind: str, outcome: str) -> Row:
    """End a case with what came of it: ``kind`` of :data:`OUTCOMES`, and words for the resident, who is told and asked once
    whether that solves it. The bot has the conversation again, a number left is deleted.

    Raises :class:`NotPossible` where it is another's or resolved, :class:`ValueError` for an unknown kind or no words.
    """
    outcome = outcome.strip().rstrip("。")
    if kind not in OUTCOMES or not outcome:
        raise ValueError(kind)
    case = held(db, ticket)
    if case.status == CLAIMED:
        _check_hers(case, who)
    asked = case.asked_at is not None
    after = move(
        db, case, "resolve", who, f"{text('outcome_' + kind)}：{outcome}", resolved_at=now(), outcome=outcome, outcome_kind=kind,
        claimed_by=case.claimed_by or who, wanted_by=None, asked_at=case.asked_at or now(),
    )
    db.execute(callbacks.delete().where(callbacks.c.case == case.id))
    said = text("resolved", ticket=case.ticket, kind=text(f"outcome_{kind}"), outcome=outcome)
    said, offers = (said, [REOPEN]) if asked else (f"{said}{text('ask_solved')}", [SOLVED, NOT_SOLVED])
    tell(db, case.conversation, said, case.ticket, [offer(o, case.ticket) for o in offers])
    return after


def reopen(db: Connection, ticket: str, who: str, why: str) -> Row:
    """Open a case again within :data:`REOPENED_WITHIN`; it waits for who had it before.

    Raises :class:`NotPossible` where it is not resolved, too long ago, or another case of the conversation is open.
    """
    case = held(db, ticket)
    if case.status != RESOLVED:
        raise NotPossible(f"{case.ticket} 没有办结，不用重新打开")
    if now() - aware(case.resolved_at) > REOPENED_WITHIN:
        raise NotPossible(f"{case.ticket} 办结超过{REOPENED_WITHIN // dt.timedelta(hours=1)}小时，不能重新打开，要登记新的工单")
    other = of_conversation(db, case.conversation)
    if other:
        raise NotPossible(f"居民已经有一个没有办结的工单 {other.ticket}")
    after = move(
        db, case, "reopen", who, why, wanted_by=case.claimed_by, resolved_at=None, outcome=None, outcome_kind=None, **_NOBODYS
    )
    if who != RESIDENT:
        tell(db, case.conversation, text("reopened_by_staff", ticket=case.ticket), case.ticket, [offer(CONTINUE)])
    return after


def open_again(db: Connection, case: Row, message: str) -> Row:
    """The resident wants a resolved case open: it is opened again, or a new one goes on with it, or one is open already."""
    other = of_conversation(db, case.conversation)
    if other is None and now() - aware(case.resolved_at) <= REOPENED_WITHIN:
        return reopen(db, case.ticket, RESIDENT, "not_solved")
    return open_case(
        db, case.conversation, message, reason="not_solved", urgent=False, department=case.department, summary=case.summary,
        follows=case.ticket, why_routed=why_routed(db, case.id),
    )


def say_solved(db: Connection, case: Row, solved: bool) -> None:
    """Keep what the resident says of the outcome, in place of what they said before."""
    if case.solved == solved:
        return
    db.execute(cases.update().where(cases.c.id == case.id).values(solved=solved))
    record(db, case.id, RESIDENT, "solved" if solved else "not_solved")


def back_to_bot(db: Connection, conversation: str, who: str, why: str) -> bool:
    """``queue → bot``; the case stays open. False where a person or the bot has it."""
    talk.lock(db, conversation)
    case = of_conversation(db, conversation)
    if talk.get(db, conversation).owner != talk.QUEUE or case is None:
        return False
    move(db, case, "bot", who, why)
    return True


def _check_hers(case: Row, who: str) -> None:
    if case.status != CLAIMED or case.claimed_by != who:
        raise NotPossible(refusal(case))


def _tell_who(db: Connection, case: Row) -> None:
    tell(db, case.conversation, text("taken_over", ticket=case.ticket, name=case.claimed_by), case.ticket, name=case.claimed_by)
