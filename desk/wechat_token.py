"""The platform's access token: one for all processes, renewed by one of them at a time. Functions take an open transaction."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from desk import conversations as talk
from desk.sealing import WECHAT, Unreadable, seal, unseal
from desk.store import aware, now
from desk.wechat_tables import wechat_tokens

# A token is renewed so long before its end, and whoever renews it has so long for it.
EARLY, RENEWING = dt.timedelta(minutes=1), dt.timedelta(seconds=15)


def token(db: Connection, secret: str, account: str) -> str | None:
    """The token that holds; None where there is none."""
    row = db.execute(sa.select(wechat_tokens).where(wechat_tokens.c.account == account)).first()
    if row is None or row.sealed is None or aware(row.until) - EARLY < now():
        return None
    try:
        return unseal(secret, account, bytes(row.sealed), WECHAT)
    except Unreadable:
        return None


def _have_row(db: Connection, account: str) -> None:
    talk.lock_id(db, account)
    if db.execute(sa.select(wechat_tokens.c.account).where(wechat_tokens.c.account == account)).first() is None:
        db.execute(wechat_tokens.insert().values(account=account))


def may_renew(db: Connection, account: str) -> bool:
    """Whether the caller is to renew it now; nobody else is told so until it is done or the time for it is over."""
    t = wechat_tokens.c
    _have_row(db, account)
    free = sa.or_(t.renewing_until.is_(None), t.renewing_until < now())
    taken = wechat_tokens.update().where(t.account == account, free).values(renewing_until=now() + RENEWING)
    return db.execute(taken).rowcount == 1


def renewed(db: Connection, secret: str, account: str, token: str, seconds: int) -> None:
    db.execute(wechat_tokens.update().where(wechat_tokens.c.account == account).values(
        sealed=seal(secret, account, token, WECHAT), until=now() + dt.timedelta(seconds=seconds), renewing_until=None,
    ))


def not_renewed(db: Connection, account: str) -> None:
    """It did not work: another one may try."""
    db.execute(wechat_tokens.update().where(wechat_tokens.c.account == account).values(renewing_until=None))


def is_silent(db: Connection, account: str) -> bool:
    """Whether the platform said lately that the account may not send by itself."""
    until = db.execute(sa.select(wechat_tokens.c.silent_until).where(wechat_tokens.c.account == account)).scalar()
    return until is not None and aware(until) > now()


def silence(db: Connection, account: str, during: dt.timedelta) -> None:
    """The account may not send by itself; that is tried again after a while, for it may be allowed meanwhile."""
    _have_row(db, account)
    db.execute(wechat_tokens.update().where(wechat_tokens.c.account == account).values(silent_until=now() + during))


def refused(db: Connection, secret: str, account: str, refused_token: str) -> None:
    """The platform does not take this token any more; where another one is kept meanwhile, that one stays."""
    if token(db, secret, account) == refused_token:
        db.execute(wechat_tokens.update().where(wechat_tokens.c.account == account).values(sealed=None, until=None))
