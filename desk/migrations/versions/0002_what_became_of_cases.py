"""To whom a case goes, what came of it and whether that helped; when somebody is to be seen or called again."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("cases") as batch:
        batch.add_column(sa.Column("wanted_by", sa.String(length=80), nullable=True))
        batch.add_column(sa.Column("outcome_kind", sa.String(length=16), nullable=True))
        batch.add_column(sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("solved", sa.Boolean(), nullable=True))
        batch.add_column(sa.Column("follows", sa.String(length=12), nullable=True))
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("kind IN ('visit', 'call', 'other')", name="follow_up_kind_known"),
    )


def downgrade() -> None:
    op.drop_table("follow_ups")
    with op.batch_alter_table("cases") as batch:
        for column in ("follows", "solved", "asked_at", "outcome_kind", "wanted_by"):
            batch.drop_column(column)
