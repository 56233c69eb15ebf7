"""The desk store's tables."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

OWNERS = ("bot", "queue", "staff")
SENDERS = ("resident", "bot", "staff", "system")
STATES = ("received", "answered", "answered_late", "given_up")
CASE_STATUSES = ("open", "claimed", "resolved")
SERVICE_STATES = ("switch", "notice")
# What came of a question, as far as those are concerned who look for what went wrong and what is not held.
CAME_TO = (
    "answered", "unsure", "asked_back", "not_understood", "national", "not_this", "nothing_held", "other_business", "other"
)
MARKS = ("right", "wrong", "incomplete")


def _one_of(column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    return sa.CheckConstraint(sa.column(column).in_(values), name=f"{column}_known")


conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("first_client_id", sa.String(64), nullable=False, index=True),
    sa.Column("owner", sa.String(8), nullable=False),
    sa.Column("owner_since", sa.DateTime(timezone=True), nullable=False),
    sa.Column("last_seq", sa.Integer, nullable=False),
    sa.Column("context", sa.JSON),
    _one_of("owner", OWNERS),
)

messages = sa.Table(
    "messages",
    metadata,
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
    _one_of("sender", SENDERS),
    sa.CheckConstraint("state IS NULL OR state IN ('received', 'answered', 'answered_late', 'given_up')", "state_known"),
)

# What a resident thinks of an answer: one opinion for each message.
feedback = sa.Table(
    "feedback",
    metadata,
    sa.Column("message", sa.String(32), sa.ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("conversation", sa.String(32), sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("helpful", sa.Boolean, nullable=False),
    sa.Column("comment", sa.Text),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
)

# How the bot took a question, one for each of its messages: for staff, never shown to the resident.
readings = sa.Table(
    "readings",
    metadata,
    sa.Column("message", sa.String(32), sa.ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("conversation", sa.String(32), sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("question", sa.String(32)),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("came_to", sa.String(16), nullable=False),
    # None of what was answered before this was kept.
    sa.Column("intent", sa.String(40)),
    sa.Column("confidence", sa.Float),
    sa.Column("benefit", sa.String(80)),
    sa.Column("aspect", sa.String(20)),
    sa.Column("region", sa.String(40)),
    sa.Index("readings_by_outcome", "came_to", "at"),
    sa.Index("readings_by_topic", "came_to", "region", "benefit", "aspect", "at"),
    _one_of("came_to", CAME_TO),
)

# What reviewers say of the bot's messages, each version of it; the last one stands.
reviews = sa.Table(
    "reviews",
    metadata,
    sa.Column("message", sa.String(32), sa.ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("conversation", sa.String(32), sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False, index=True),
    sa.Column("reviewer", sa.String(32)),
    sa.Column("who", sa.String(80), nullable=False),
    sa.Column("mark", sa.String(10), nullable=False),
    # What the question was really about; not ``ours``: it is other departments' business.
    sa.Column("ours", sa.Boolean, nullable=False),
    sa.Column("benefit", sa.String(80)),
    sa.Column("aspect", sa.String(20)),
    sa.Column("region", sa.String(40)),
    sa.Column("comment", sa.Text),
    _one_of("mark", MARKS),
)

quick_replies = sa.Table(
    "quick_replies",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("conversation", sa.String(32), sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    sa.Column("message", sa.String(32), sa.ForeignKey("messages.id", ondelete="CASCADE"), nullable=False),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("says", sa.String(400), nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
)

cases = sa.Table(
    "cases",
    metadata,
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
    # The person or department that it was handed on to, until it is claimed.
    sa.Column("wanted_by", sa.String(80)),
    sa.Column("outcome_kind", sa.String(16)),
    # When the resident was asked whether it is solved, and what they said last.
    sa.Column("asked_at", sa.DateTime(timezone=True)),
    sa.Column("solved", sa.Boolean),
    # The ticket of the case, resolved too long ago to open again, that this one goes on with.
    sa.Column("follows", sa.String(12)),
    _one_of("status", CASE_STATUSES),
)

# When somebody is to be seen or called again, and by whom.
follow_ups = sa.Table(
    "follow_ups",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("case", sa.String(32), sa.ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("due", sa.Date, nullable=False),
    sa.Column("who", sa.String(80), nullable=False),
    sa.Column("note", sa.Text),
    sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("made_by", sa.String(80), nullable=False),
    sa.Column("done_at", sa.DateTime(timezone=True)),
    sa.Column("done_by", sa.String(80)),
    sa.CheckConstraint("kind IN ('visit', 'call', 'other')", "follow_up_kind_known"),
)

# A number for a call from staff, encrypted. Only while the case is not resolved.
callbacks = sa.Table(
    "callbacks",
    metadata,
    sa.Column("case", sa.String(32), sa.ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("left_at", sa.DateTime(timezone=True), nullable=False),
)

case_events = sa.Table(
    "case_events",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("case", sa.String(32), sa.ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("who", sa.String(80), nullable=False),
    sa.Column("what", sa.String(32), nullable=False),
    sa.Column("why", sa.Text),
)

# What operators say to everybody: that the assistant is switched off, and a notice. No row: switched on, no notice.
service_states = sa.Table(
    "service_states",
    metadata,
    sa.Column("name", sa.String(8), primary_key=True),
    sa.Column("id", sa.String(32), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("until", sa.Date),
    sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    sa.Column("who", sa.String(80), nullable=False),
    _one_of("name", SERVICE_STATES),
)
