"""Tables of the people who work at the desk: accounts, sessions, one-time links, failed logins, and who looked at what."""

from __future__ import annotations

import sqlalchemy as sa

from desk.permissions import ROLES
from desk.tables import metadata

# ``name`` is what residents see and what cases are claimed under: no two accounts share one.
users = sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("login", sa.String(40), nullable=False, unique=True),
    sa.Column("name", sa.String(40), nullable=False, unique=True),
    sa.Column("role", sa.String(12), nullable=False),
    sa.Column("department", sa.String(80)),
    sa.Column("password", sa.String(200)),  # as argon2 writes it; none until a link was used
    sa.Column("must_change", sa.Boolean, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("last_login_at", sa.DateTime(timezone=True)),
    sa.CheckConstraint(sa.column("role").in_(ROLES), name="role_known"),
)

# ``id`` is the hash of the token, which only the browser has.
sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("user", sa.String(32), sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
    sa.Column("browser", sa.String(64), nullable=False),
)

# Links that work once; ``user`` is null for the one that makes the first administrator.
one_time_links = sa.Table(
    "one_time_links",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("user", sa.String(32), sa.ForeignKey("users.id", ondelete="CASCADE"), index=True),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
)

# By hashes, of logins that nobody has too: what is locked must not tell which accounts there are.
login_failures = sa.Table(
    "login_failures",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("account", sa.String(64), nullable=False, index=True),
    sa.Column("address", sa.String(64), nullable=False, index=True),
)

# Outlives what it is about: no foreign keys, and no word of a resident.
audit_log = sa.Table(
    "audit_log",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False, index=True),
    sa.Column("user", sa.String(32), index=True),
    sa.Column("who", sa.String(80), nullable=False),
    sa.Column("department", sa.String(80)),
    sa.Column("what", sa.String(32), nullable=False),
    sa.Column("conversation", sa.String(32), index=True),
    sa.Column("ticket", sa.String(12)),
    sa.Column("about", sa.String(80)),
)
