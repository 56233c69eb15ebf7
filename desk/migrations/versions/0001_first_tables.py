"""The first tables. A store from before migrations has all or some of them: they stay as they are with all that is in them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

first = sa.MetaData()


def _one_of(column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    return sa.CheckConstraint(sa.column(column).in_(values), name=f"{column}_known")


sa.Table(
    "conversations",
    first,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("first_client_id", sa.String(64), nullable=False, index=True),
    sa.Column("owner", sa.String(8), nullable=False),
    sa.Column("owner_since", sa.DateTime(timezone=True), nullable=False),
    sa.Column("last_seq", sa.Integer, nullable=False),
    sa.Column("context", sa.JSON),
    _one_of("owner", ("bot", "queue", "staff")),
)

sa.Table(
    "messages",
    first,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("conversation", sa.String(32), sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("sender", sa.String(8), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("citations", sa.JSON, nullable=False),
    sa.Column("quick_replies", sa.JSON, nullable=False),
    sa.Column("data", sa.JSON, nullable=False),
    sa.Column("in_reply_to", sa.String(32)),
    # A resident's message only:
    sa.Column("client_id", sa.String(64)),
    sa.Column("body_mac", sa.String(64)),
    sa.Column("state", sa.String(16)),
    sa.Column("payload", sa.Text),
    sa.Column("region", sa.String(40)),
    sa.Column("as_of", sa.Date),
    sa.UniqueConstraint("conversation", "seq"),
    sa.UniqueConstraint("conversation", "client_id"),
    sa.Index("messages_by_state", "state"),
    sa.Index("messages_by_reply", "in_reply_to"),
    _one_of("sender", ("resident", "bot", "staff", "system")),
    sa.CheckConstraint("state IS NULL OR state IN ('received', 'answered', 'answered_late', 'given_up')", "state_known"),
)

sa.Table(
    "feedback",
    first,
    sa.Column("message", sa.String(32), sa.ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("conversation", sa.String(32), sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("helpful", sa.Boolean, nullable=False),
    sa.Column("comment", sa.Text),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
)

sa.Table(
    "quick_replies",
    first,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("conversation", sa.String(32), sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    sa.Column("message", sa.String(32), sa.ForeignKey("messages.id", ondelete="CASCADE"), nullable=False),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("says", sa.String(400), nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
)

sa.Table(
    "cases",
    first,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("ticket", sa.String(12), nullable=False, unique=True),
    sa.Column("conversation", sa.String(32), sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    sa.Column("message", sa.String(32), unique=True),
    sa.Column("reason", sa.String(32), nullable=False),
    sa.Column("urgent", sa.Boolean, nullable=False),
    sa.Column("department", sa.String(80)),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("status", sa.String(8), nullable=False),
    sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("claimed_by", sa.String(80)),
    sa.Column("claimed_at", sa.DateTime(timezone=True)),
    sa.Column("resolved_at", sa.DateTime(timezone=True)),
    sa.Column("outcome", sa.Text),
    sa.Column("notified_at", sa.DateTime(timezone=True)),
    _one_of("status", ("open", "claimed", "resolved")),
)

sa.Table(
    "callbacks",
    first,
    sa.Column("case", sa.String(32), sa.ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("left_at", sa.DateTime(timezone=True), nullable=False),
)

sa.Table(
    "case_events",
    first,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("case", sa.String(32), sa.ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("who", sa.String(80), nullable=False),
    sa.Column("what", sa.String(32), nullable=False),
    sa.Column("why", sa.Text),
)

sa.Table(
    "service_states",
    first,
    sa.Column("name", sa.String(8), primary_key=True),
    sa.Column("id", sa.String(32), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("until", sa.Date),
    sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    sa.Column("who", sa.String(80), nullable=False),
    _one_of("name", ("switch", "notice")),
)


def upgrade() -> None:
    first.create_all(op.get_bind())


def downgrade() -> None:
    first.drop_all(op.get_bind())
