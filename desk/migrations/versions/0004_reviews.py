"""How each question was taken, and what reviewers say of the answers; what was answered before is taken up as far as it tells."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

AT_ONCE = 500
COUNTRY = "000000"


def upgrade() -> None:
    readings = op.create_table(
        "readings",
        sa.Column("message", sa.String(length=32), nullable=False),
        sa.Column("conversation", sa.String(length=32), nullable=False),
        sa.Column("question", sa.String(length=32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("came_to", sa.String(length=16), nullable=False),
        sa.Column("intent", sa.String(length=40), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("benefit", sa.String(length=80), nullable=True),
        sa.Column("aspect", sa.String(length=20), nullable=True),
        sa.Column("region", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message"),
        sa.CheckConstraint(
            "came_to IN ('answered', 'unsure', 'asked_back', 'not_understood', 'national', 'not_this', 'nothing_held', "
            "'other_business', 'other')", name="came_to_known",
        ),
    )
    op.create_index("ix_readings_conversation", "readings", ["conversation"])
    op.create_index("readings_by_outcome", "readings", ["came_to", "at"])
    op.create_index("readings_by_topic", "readings", ["came_to", "region", "benefit", "aspect", "at"])
    op.create_table(
        "reviews",
        sa.Column("message", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("conversation", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewer", sa.String(length=32), nullable=True),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("mark", sa.String(length=10), nullable=False),
        sa.Column("ours", sa.Boolean(), nullable=False),
        sa.Column("benefit", sa.String(length=80), nullable=True),
        sa.Column("aspect", sa.String(length=20), nullable=True),
        sa.Column("region", sa.String(length=40), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message", "version"),
        sa.CheckConstraint("mark IN ('right', 'wrong', 'incomplete')", name="mark_known"),
    )
    op.create_index("ix_reviews_conversation", "reviews", ["conversation"])
    op.create_index("ix_reviews_at", "reviews", ["at"])
    take_up_old_answers(op.get_bind(), readings)


def downgrade() -> None:
    op.drop_table("reviews")
    op.drop_table("readings")


def take_up_old_answers(db, readings: sa.Table) -> None:
    """A reading for each of the bot's messages, some hundreds at a time."""
    messages = sa.table(
        "messages", sa.column("id", sa.String), sa.column("conversation", sa.String), sa.column("in_reply_to", sa.String),
        sa.column("created_at", sa.DateTime(timezone=True)), sa.column("kind", sa.String), sa.column("sender", sa.String),
        sa.column("data", sa.JSON),
    )
    last = ""
    while True:
        query = sa.select(messages).where(messages.c.sender == "bot", messages.c.id > last).order_by(messages.c.id).limit(AT_ONCE)
        rows = db.execute(query).fetchall()
        if not rows:
            return
        db.execute(readings.insert(), [
            {"message": r.id, "conversation": r.conversation, "question": r.in_reply_to, "at": r.created_at,
             "came_to": came_to(r.kind, r.data or {}), "intent": None, "confidence": None,
             **{name: (r.data or {}).get(name) for name in ("benefit", "aspect", "region")}}
            for r in rows
        ])
        last = rows[-1].id


def came_to(kind: str, data: dict) -> str:
    if kind == "answer":
        local = data.get("coverage") == "national" and data.get("region") not in (None, COUNTRY)
        return "national" if local else "answered"
    if kind == "notice" and "kb_version" in data:
        return "nothing_held" if "coverage" in data else "other_business"
    if kind == "clarify" and not data.get("benefit"):
        return "asked_back" if data.get("aspect") or data.get("region") else "not_understood"
    return "other"
