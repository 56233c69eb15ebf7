"""Cases: what a resident needs a person for. Ownership of the conversation and the case move together, each move recorded."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from desk import changes
from desk import conversations as talk
from desk.store import now
from desk.tables import callbacks, case_events, cases, conversations
from desk.tickets import new_ticket


class NoSuchCase(Exception):
    """No case has this ticket number."""


class NotPossible(Exception):
    """The case is not in a state that allows this."""


def open_case(
    db: Connection, conversation: str, message: str | None, *, reason: str, urgent: bool, department: str | None,
    summary: str, why_routed: str | None = None,
) -> Row:
    """Hand the conversation over: owner ``queue`` and one open case.

    A retry of the same message and a further request in the same conversation find the case that is open already; an
    urgent one makes it urgent, one whose department is known gives it to a case that had none. ``why_routed``: why the
    department is this one, or none.
    """
    c = cases.c
    known = db.execute(
        sa.select(cases).where(c.conversation == conversation, c.status != "resolved").order_by(c.opened_at)
    ).first() or (message and db.execute(sa.select(cases).where(c.message == message)).first())
    owner = talk.get(db, conversation).owner
    if known:
        if urgent and not known.urgent:
            db.execute(cases.update().where(c.id == known.id).values(urgent=True, reason=reason, notified_at=None))
            record(db, known.id, "resident", "urgent", reason)
        if department and not known.department and known.status != "resolved":
            db.execute(cases.update().where(c.id == known.id).values(department=department))
            record(db, known.id, "system", "route", why_routed)
        if owner == talk.BOT and known.status != "resolved":
            record(db, known.id, "resident", "queue", reason)
            talk.set_owner(db, conversation, talk.QUEUE)
        return db.execute(sa.select(cases).where(c.id == known.id)).one()
    name = uuid.uuid4().hex
    ticket = new_ticket()
    while db.execute(sa.select(c.id).where(c.ticket == ticket)).first():
        ticket = new_ticket()
    db.execute(
        cases.insert(),
        {"id": name, "ticket": ticket, "conversation": conversation, "message": message, "reason": reason,
         "urgent": urgent, "department": department, "summary": summary, "status": "open", "opened_at": now()},
    )
    record(db, name, "resident", "open", reason)
    if why_routed:
        record(db, name, "system", "route", why_routed)
    if owner == talk.BOT:
        talk.set_owner(db, conversation, talk.QUEUE)
    return db.execute(sa.select(cases).where(c.id == name)).one()


def record(db: Connection, case: str, who: str, what: str, why: str | None = None) -> None:
    """Write down who did what and why."""
    db.execute(case_events.insert(), {"case": case, "at": now(), "who": who, "what": what, "why": why})


def by_ticket(db: Connection, ticket: str) -> Row:
    """Raises :class:`NoSuchCase`."""
    row = db.execute(sa.select(cases).where(cases.c.ticket == ticket.strip().upper())).first()
    if row is None:
        raise NoSuchCase(ticket)
    return row


def _held(db: Connection, ticket: str) -> Row:
    """The case, which nobody else can change until this transaction ends. Raises :class:`NoSuchCase`."""
    talk.lock(db, by_ticket(db, ticket).conversation)
    return by_ticket(db, ticket)


def list_cases(db: Connection, every: bool = False) -> list[Row]:
    """Urgent first, then who has waited longest; closed ones only with ``every``."""
    query = sa.select(cases)
    if not every:
        query = query.where(cases.c.status != "resolved")
    return list(db.execute(query.order_by(cases.c.urgent.desc(), cases.c.opened_at)))


def untold(db: Connection) -> list[Row]:
    """Open cases that nobody has been notified of, urgent first."""
    return [c for c in list_cases(db) if c.notified_at is None and c.status == "open"]


def told(db: Connection, case: str) -> None:
    db.execute(cases.update().where(cases.c.id == case).values(notified_at=now()))


def of_conversation(db: Connection, conversation: str) -> Row | None:
    """The newest case of a conversation that is not resolved."""
    c = cases.c
    return db.execute(
        sa.select(cases).where(c.conversation == conversation, c.status != "resolved").order_by(c.opened_at.desc())
    ).first()


def events(db: Connection, case: str) -> list[Row]:
    return list(db.execute(sa.select(case_events).where(case_events.c.case == case).order_by(case_events.c.id)))


def why_routed(db: Connection, case: str) -> str | None:
    """Why the case's department is what it is; None where nobody wrote that down."""
    c = case_events.c
    return db.execute(sa.select(c.why).where(c.case == case, c.what == "route").order_by(c.id.desc()).limit(1)).scalar()


def claim(db: Connection, ticket: str, who: str) -> Row:
    """Take a case: ``queue → staff``. Only one can; raises :class:`NotPossible` for the loser."""
    case = _held(db, ticket)
    taken = db.execute(
        cases.update()
        .where(cases.c.id == case.id, cases.c.status == "open")
        .values(status="claimed", claimed_by=who, claimed_at=now())
    )
    if taken.rowcount != 1:
        raise NotPossible(f"{ticket} 已由 {case.claimed_by} 接手" if case.status == "claimed" else f"{ticket} 已经办结")
    record(db, case.id, who, "claim")
    talk.set_owner(db, case.conversation, talk.STAFF)
    return by_ticket(db, ticket)


def reply(db: Connection, ticket: str, who: str, text: str) -> str:
    """Say something to the resident as a person; an open case is claimed by this. Returns the message's id."""
    case = _held(db, ticket)
    if case.status == "resolved":
        raise NotPossible(f"{ticket} 已经办结，不能再回复")
    if case.status == "open":
        case = claim(db, ticket, who)
    elif case.claimed_by != who:
        raise NotPossible(f"{ticket} 已由 {case.claimed_by} 接手")
    elif talk.get(db, case.conversation).owner != talk.STAFF:
        talk.set_owner(db, case.conversation, talk.STAFF)
        record(db, case.id, who, "staff")
    return talk.say(db, case.conversation, talk.Outgoing("staff", "chat", text, data=_about(who)))


def resolve(db: Connection, ticket: str, who: str, outcome: str, say: talk.Outgoing) -> Row:
    """End a case with what came of it: the resident is told, the bot has the conversation again, a number left is deleted."""
    case = _held(db, ticket)
    if case.status == "resolved":
        raise NotPossible(f"{ticket} 已经办结")
    db.execute(
        cases.update().where(cases.c.id == case.id).values(status="resolved", resolved_at=now(), outcome=outcome,
                                                            claimed_by=case.claimed_by or who)
    )
    db.execute(callbacks.delete().where(callbacks.c.case == case.id))
    record(db, case.id, who, "resolve", outcome)
    talk.say(db, case.conversation, say)
    talk.set_owner(db, case.conversation, talk.BOT)
    return by_ticket(db, ticket)


def back_to_bot(db: Connection, conversation: str, who: str, why: str) -> bool:
    """``queue → bot``; the case stays open. False where a person already has it."""
    moved = db.execute(
        conversations.update()
        .where(conversations.c.id == conversation, conversations.c.owner == talk.QUEUE)
        .values(owner=talk.BOT, owner_since=now())
    )
    if moved.rowcount != 1:
        return False
    changes.note(db, conversation)
    case = of_conversation(db, conversation)
    if case:
        record(db, case.id, who, "bot", why)
    return True


def _about(who: str) -> dict:
    return {"benefit": None, "aspect": None, "region": None, "name": who}
