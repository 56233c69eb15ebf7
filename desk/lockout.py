"""How often one may try a password. Functions take an open transaction.

Every try counts as failed until it has succeeded, so that many at once are not more tries than are allowed. Logins that
nobody has are counted like the others: what is locked tells nothing.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from desk.account_tables import login_failures
from desk.store import now
from desk.tokens import keyed

WINDOW = dt.timedelta(minutes=15)
# An address may be a whole office behind one router.
TRIES_ACCOUNT, TRIES_ADDRESS = 5, 20


@dataclass(frozen=True)
class Try:
    """A login at an address, as hashes that only who has the secret key can make."""

    account: str
    address: str

    @classmethod
    def of(cls, secret: str, login: str, address: str) -> Try:
        return cls(account_mark(secret, login), keyed(secret, "address", _house(address)))


def account_mark(secret: str, login: str) -> str:
    return keyed(secret, "login", login.strip().lower())


def _house(address: str) -> str:
    """An IPv4 address; of an IPv6 one the /64 that one connection has to itself."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    known = getattr(known, "ipv4_mapped", None) or known
    return str(ipaddress.IPv6Network((int(known), 64), strict=False)) if known.version == 6 else str(known)


def begin(db: Connection, attempt: Try) -> bool:
    """Count a try. False where too many failed within :data:`WINDOW`; that one is not counted, so the lock ends by itself."""
    f = login_failures.c
    if db.dialect.name != "sqlite":  # SQLite has one writer at a time
        db.execute(sa.text("LOCK TABLE login_failures IN SHARE ROW EXCLUSIVE MODE"))
    for column, value, most in ((f.account, attempt.account, TRIES_ACCOUNT), (f.address, attempt.address, TRIES_ADDRESS)):
        failed = db.execute(sa.select(sa.func.count()).select_from(login_failures).where(column == value, f.at > now() - WINDOW))
        if failed.scalar() >= most:
            return False
    db.execute(login_failures.insert(), {"at": now(), "account": attempt.account, "address": attempt.address})
    return True


def succeeded(db: Connection, attempt: Try) -> None:
    """What failed before does not count any more for this account."""
    unlock(db, attempt.account)


def unlock(db: Connection, account: str) -> None:
    """``account``: its :func:`account_mark`."""
    db.execute(login_failures.delete().where(login_failures.c.account == account))


def is_locked(db: Connection, account: str) -> bool:
    """``account``: its :func:`account_mark`."""
    return bool(locked(db, {account: account}))


def locked(db: Connection, accounts: dict[str, str]) -> set[str]:
    """Of accounts by their marks those that are locked now, as what the marks stand for."""
    f = login_failures.c
    found = db.execute(
        sa.select(f.account).where(f.at > now() - WINDOW).group_by(f.account).having(sa.func.count() >= TRIES_ACCOUNT)
    ).scalars()
    return {accounts[mark] for mark in found if mark in accounts}


def forget_over(db: Connection) -> None:
    db.execute(login_failures.delete().where(login_failures.c.at <= now() - WINDOW))
