"""Accounts, sessions, one-time links, failed logins, and who looked at what."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

people = sa.MetaData()

sa.Table(
    "users",
    people,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("login", sa.String(40), nullable=False, unique=True),
    sa.Column("name", sa.String(40), nullable=False, unique=True),
    sa.Column("role", sa.String(12), nullable=False),
    sa.Column("department", sa.String(80)),
    sa.Column("password", sa.String(200)),
    sa.Column("must_change", sa.Boolean, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("last_login_at", sa.DateTime(timezone=True)),
    sa.CheckConstraint("role IN ('agent', 'staff', 'supervisor', 'admin')", name="role_known"),
)

sa.Table(
    "sessions",
    people,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("user", sa.String(32), sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
    sa.Column("browser", sa.String(64), nullable=False),
)

sa.Table(
    "one_time_links",
    people,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("user", sa.String(32), sa.ForeignKey("users.id", ondelete="CASCADE"), index=True),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
)

sa.Table(
    "login_failures",
    people,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("account", sa.String(64), nullable=False, index=True),
    sa.Column("address", sa.String(64), nullable=False, index=True),
)

sa.Table(
    "audit_log",
    people,
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


def upgrade() -> None:
    people.create_all(op.get_bind())


def downgrade() -> None:
    people.drop_all(op.get_bind())
