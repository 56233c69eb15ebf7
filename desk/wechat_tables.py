"""Tables of the WeChat channel: who writes there, what came, what goes out, and the platform's token."""

from __future__ import annotations

import sqlalchemy as sa

from desk.account_tables import metadata

OUT_STATES = ("waiting", "sending", "sent", "uncertain")

# ``id`` is a keyed hash of account and resident; the resident's own id is sealed.
wechat_residents = sa.Table(
    "wechat_residents",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("conversation", sa.String(32), sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, unique=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("subscribed", sa.Boolean, nullable=False),
    # The place that the resident sent last.
    sa.Column("region", sa.String(40)),
    # Up to here the conversation's messages are in ``wechat_out``.
    sa.Column("told", sa.Integer, nullable=False),
    # What can be chosen by number: sign, title, payload of each.
    sa.Column("choices", sa.JSON, nullable=False),
    # How many messages may still be sent, and until when: one entry for each kind of permission.
    sa.Column("grants", sa.JSON, nullable=False),
    # Until then the answer to a message that came is still to be given as its reply.
    sa.Column("replying_until", sa.DateTime(timezone=True)),
)

# ``id`` is a keyed hash of what the platform calls a message; ``reply`` what it was answered with, none before that. Stays when
# the conversation is erased, without a word of it: what comes again is known all the same.
wechat_in = sa.Table(
    "wechat_in",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("resident", sa.String(64), sa.ForeignKey("wechat_residents.id", ondelete="SET NULL"), index=True),
    sa.Column("message", sa.String(32)),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False, index=True),
    sa.Column("reply", sa.Text),
    # How often it was posted; since when the reply is on its way, and when it was written to the platform, each the last time.
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("replied_at", sa.DateTime(timezone=True)),
    sa.Column("written_at", sa.DateTime(timezone=True)),
    # Whether it is settled what became of the parts that went with the reply.
    sa.Column("over", sa.Boolean, nullable=False),
    sa.Index("wechat_in_by_end", "over", "at"),
)

# One row for each part of a message, in the order in which a resident is to get them.
wechat_out = sa.Table(
    "wechat_out",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("resident", sa.String(64), sa.ForeignKey("wechat_residents.id", ondelete="CASCADE"), nullable=False),
    sa.Column("message", sa.String(32), sa.ForeignKey("messages.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    # Why it waits or what is not known; how it went where it went.
    sa.Column("reason", sa.String(24)),
    sa.Column("tries", sa.Integer, nullable=False),
    # No time: it waits for the resident's next message.
    sa.Column("next_try", sa.DateTime(timezone=True)),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    # What came, in the reply to which it goes; none where it goes by itself.
    sa.Column("arrival", sa.String(64), index=True),
    sa.Index("wechat_out_by_state", "state", "next_try"),
    sa.Index("wechat_out_by_resident", "resident", "state", "id"),
    sa.CheckConstraint(sa.column("state").in_(OUT_STATES), name="out_state_known"),
)

# The platform's token, sealed. Who renews it says so first: one at a time. ``silent_until``: until then the account may not send
# by itself, as the platform said.
wechat_tokens = sa.Table(
    "wechat_tokens",
    metadata,
    sa.Column("account", sa.String(64), primary_key=True),
    sa.Column("sealed", sa.LargeBinary),
    sa.Column("until", sa.DateTime(timezone=True)),
    sa.Column("renewing_until", sa.DateTime(timezone=True)),
    sa.Column("silent_until", sa.DateTime(timezone=True)),
)
