"""Public posts that need no answer, and why."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from bot.storage.tables.columns import at, created_at, metadata, ref

# `words` are of our own lists, nobody's names: what is deleted of a post is not kept here.
left_alone = Table(
    "left_alone",
    metadata,
    Column(
        "message_id",
        BigInteger,
        ForeignKey("message.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("conversation_id", BigInteger, ForeignKey("conversation.id", ondelete="CASCADE"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("words", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    created_at(),
    at("overruled_at", nullable=True),  # somebody wanted it answered after all
    ref("overruled_by", "staff.id", nullable=True),
    Index("ix_left_alone_conversation_id", "conversation_id"),
)
