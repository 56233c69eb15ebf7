"""The WeChat channel: residents, what came, what goes out, the platform's token."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wechat_residents",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("conversation", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("subscribed", sa.Boolean(), nullable=False),
        sa.Column("region", sa.String(length=40), nullable=True),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("grants", sa.JSON(), nullable=False),
        sa.Column("replying_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("conversation"),
    )
    op.create_table(
        "wechat_in",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("resident", sa.String(length=64), nullable=True),
        sa.Column("message", sa.String(length=32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("over", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["resident"], ["wechat_residents.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("wechat_in_by_end", "wechat_in", ["over", "at"])
    op.create_index("ix_wechat_in_resident", "wechat_in", ["resident"])
    op.create_index("ix_wechat_in_at", "wechat_in", ["at"])
    op.create_table(
        "wechat_out",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("resident", sa.String(length=64), nullable=False),
        sa.Column("message", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arrival", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["resident"], ["wechat_residents.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("state IN ('waiting', 'sending', 'sent', 'uncertain')", name="out_state_known"),
    )
    op.create_index("ix_wechat_out_message", "wechat_out", ["message"])
    op.create_index("ix_wechat_out_arrival", "wechat_out", ["arrival"])
    op.create_index("wechat_out_by_state", "wechat_out", ["state", "next_try"])
    op.create_index("wechat_out_by_resident", "wechat_out", ["resident", "state", "id"])
    op.create_table(
        "wechat_tokens",
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("renewing_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("silent_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("account"),
    )
