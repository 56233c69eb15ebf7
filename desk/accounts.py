"""Accounts of the people who work at the desk. Functions take an open transaction; none works with a password in the clear."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
import uuid

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from desk import audit, lockout, sessions
from desk.account_tables import one_time_links, users
from desk.audit import Actor
from desk.permissions import ROLES
from desk.store import now
from desk.texts import text
from desk.tokens import new_token, stored

FIRST_LINK_HOLDS, LINK_HOLDS = dt.timedelta(hours=1), dt.timedelta(hours=72)
LOGIN_FORM = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
MAX_NAME, MAX_DEPARTMENT = 40, 80


class NotPossible(Exception):
    """Why something is not done with an account; ``str()`` is the sentence for whoever wants it."""

    def __init__(self, why: str, **values: object):
        super().__init__(text(why, **values))
        self.why = why


def as_actor(user: Row) -> Actor:
    """The account as the audit log names it."""
    return Actor(user.id, user.name, user.department)


def by_login(db: Connection, login: str) -> Row | None:
    return db.execute(sa.select(users).where(users.c.login == login.strip().lower())).first()


def get(db: Connection, user: str) -> Row:
    """Raises :class:`NotPossible`."""
    row = db.execute(sa.select(users).where(users.c.id == user)).first()
    if row is None:
        raise NotPossible("no_such_account")
    return row


def everybody(db: Connection) -> list[Row]:
    """Active ones first, by login."""
    return list(db.execute(sa.select(users).order_by(users.c.active.desc(), users.c.login)))


def state_of(user: Row) -> str:
    """disabled, invited (no password yet), must_change or active."""
    if not user.active:
        return "disabled"
    return "invited" if not user.password else "must_change" if user.must_change else "active"


def is_empty(db: Connection) -> bool:
    """Whether nobody has an account yet."""
    return db.execute(sa.select(users.c.id).limit(1)).first() is None


def add(db: Connection, by: Actor, login: str, name: str, role: str, department: str | None = None) -> Row:
    """A new account that cannot log in yet: give it a link or a first password. Raises :class:`NotPossible`."""
    login, name = login.strip().lower(), _line(name)
    department = _line(department or "") or None
    if not LOGIN_FORM.fullmatch(login):
        raise NotPossible("bad_login")
    if not name or len(name) > MAX_NAME:
        raise NotPossible("bad_name", limit=MAX_NAME)
    if department and len(department) > MAX_DEPARTMENT:
        raise NotPossible("bad_department", limit=MAX_DEPARTMENT)
    _known(role)
    for column, given, why in ((users.c.login, login, "login_taken"), (users.c.name, name, "name_taken")):
        if db.execute(sa.select(users.c.id).where(column == given)).first():
            raise NotPossible(why)
    row = {"id": uuid.uuid4().hex, "login": login, "name": name, "role": role, "department": department, "password": None,
           "must_change": False, "active": True, "created_at": now(), "last_login_at": None}
    db.execute(users.insert(), row)
    audit.record(db, by, "account_added", about=login)
    return get(db, row["id"])


def set_password(db: Connection, by: Actor, user: Row, hashed: str, *, must_change: bool = False) -> None:
    """Ends every session and every link of the account."""
    db.execute(users.update().where(users.c.id == user.id).values(password=hashed, must_change=must_change))
    _end(db, user.id)
    audit.record(db, by, "password_reset" if must_change else "password_changed", about=user.login)


def rehash(db: Connection, user: str, before: str, hashed: str) -> None:
    """Keep the same password hashed anew, unless it was changed meanwhile."""
    db.execute(users.update().where(users.c.id == user, users.c.password == before).values(password=hashed))


def set_role(db: Connection, by: Actor, user: Row, role: str) -> None:
    """Ends every session of the account. Raises :class:`NotPossible`."""
    _known(role)
    if role != "admin":
        _keep_an_admin(db, user)
    db.execute(users.update().where(users.c.id == user.id).values(role=role))
    sessions.end_all(db, user.id)
    audit.record(db, by, "role_changed", about=f"{user.login} {user.role}→{role}")


def disable(db: Connection, by: Actor, user: Row) -> None:
    """Ends every session and every link of the account. Raises :class:`NotPossible` for the last administrator."""
    _keep_an_admin(db, user)
    db.execute(users.update().where(users.c.id == user.id).values(active=False))
    _end(db, user.id)
    audit.record(db, by, "account_disabled", about=user.login)


def enable(db: Connection, by: Actor, user: Row) -> None:
    db.execute(users.update().where(users.c.id == user.id).values(active=True))
    audit.record(db, by, "account_enabled", about=user.login)


def unlock(db: Connection, by: Actor, user: Row, secret: str) -> None:
    """Let somebody who is locked out try again at once."""
    lockout.unlock(db, lockout.account_mark(secret, user.login))
    audit.record(db, by, "account_unlocked", about=user.login)


def reset(db: Connection, by: Actor, user: Row) -> str:
    """The token of a link with which the account's owner sets a new password; the old one and its sessions end now.

    Raises :class:`NotPossible` for an account that is disabled.
    """
    if not user.active:
        raise NotPossible("account_disabled")
    db.execute(users.update().where(users.c.id == user.id).values(password=None, must_change=False))
    _end(db, user.id)
    audit.record(db, by, "link_made", about=user.login)
    return _link(db, user.id, LINK_HOLDS)


def first_link(db: Connection) -> str | None:
    """The token of the link that makes the first administrator; None once there is an account."""
    return _link(db, None, FIRST_LINK_HOLDS) if is_empty(db) else None


def find_link(db: Connection, token: str) -> tuple[bool, Row | None]:
    """Whether a link is good, and the account it is for (None: it makes the first administrator)."""
    row = db.execute(sa.select(one_time_links).where(
        one_time_links.c.id == stored(token), one_time_links.c.expires_at > now()
    )).first()
    if row is None:
        return False, None
    if row.user is None:
        return is_empty(db), None
    user = get(db, row.user)
    return user.active, user


def use_link(db: Connection, token: str, hashed: str) -> Row:
    """Set the password of the link's account; the link is over then. Raises :class:`NotPossible`."""
    good, user = find_link(db, token)
    if not good or user is None or not _take(db, one_time_links.c.id == stored(token)):
        raise NotPossible("link_over")
    actor = as_actor(user)
    audit.record(db, actor, "link_used", about=user.login)
    set_password(db, actor, user, hashed)
    return get(db, user.id)


def use_first_link(db: Connection, token: str, login: str, name: str, hashed: str) -> Row:
    """Make the first administrator; every link of that kind is over then. Raises :class:`NotPossible`."""
    good, user = find_link(db, token)
    if not good or user is not None or not _take(db, one_time_links.c.user.is_(None)):
        raise NotPossible("link_over")
    made = add(db, Actor(None, text("first_link_actor")), login, name, "admin")
    set_password(db, as_actor(made), made, hashed)
    return get(db, made.id)


def forget_links(db: Connection) -> None:
    db.execute(one_time_links.delete().where(one_time_links.c.expires_at <= now()))


def _take(db: Connection, which) -> bool:
    """Of several who use a link at once one deletes it."""
    return db.execute(one_time_links.delete().where(which)).rowcount > 0


def _link(db: Connection, user: str | None, holds: dt.timedelta) -> str:
    token = new_token()
    db.execute(one_time_links.insert(), {"id": stored(token), "user": user, "expires_at": now() + holds})
    return token


def _end(db: Connection, user: str) -> None:
    sessions.end_all(db, user)
    db.execute(one_time_links.delete().where(one_time_links.c.user == user))


def _keep_an_admin(db: Connection, user: Row) -> None:
    """Locks the administrators, so that two do not put each other out at once."""
    admins = db.execute(sa.select(users.c.id).where(users.c.role == "admin", users.c.active).with_for_update()).scalars().all()
    if admins == [user.id]:
        raise NotPossible("last_admin")


def _known(role: str) -> None:
    if role not in ROLES:
        raise NotPossible("bad_role", roles="、".join(ROLES))


def _line(given: str) -> str:
    """One line without characters that nobody sees."""
    return " ".join("".join(c if unicodedata.category(c)[0] != "C" else " " for c in given).split())
