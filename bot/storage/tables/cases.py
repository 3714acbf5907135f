"""Public threads and the private ones they were moved to, web chats and the mails that went on with them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from bot.storage.tables.columns import at, created_at, identity, metadata, ref

_WAITS = text("private_id IS NULL AND closed_at IS NULL")
_NAMED = text("private_id IS NULL AND closed_at IS NULL AND private_key IS NOT NULL")

thread_link = Table(
    "thread_link",
    metadata,
    identity(),
    ref("account_id", "account.id"),
    ref("contact_id", "contact.id"),  # who wrote in public
    ref("public_id", "conversation.id"),
    ref("private_id", "conversation.id", nullable=True),
    Column("private_key", Text),  # of the private conversation, before anybody wrote there
    ref("began_id", "message.id"),
    Column("word", Text),  # the event id of that message, which links carry
    Column("how", Text, nullable=False),
    ref("word_id", "message.id", nullable=True),  # what the public thread was told
    Column("question", JSONB),  # what the bot asked and did not ask in public
    Column("doubt", Boolean, nullable=False, server_default=text("false")),
    created_at(),
    at("reminded_at", nullable=True),
    at("joined_at", nullable=True),
    at("closed_at", nullable=True),
    ref("closing_id", "message.id", nullable=True),
    CheckConstraint("how IN ('private_reply','link','staff','mail')", name="how"),
    Index("uq_thread_link_public", "public_id", unique=True, postgresql_where=text("closed_at IS NULL")),
    Index("uq_thread_link_private", "private_id", unique=True, postgresql_where=text("closed_at IS NULL")),
    Index("ix_thread_link_public", "public_id", "id"),
    Index("ix_thread_link_private", "private_id", "id"),
    Index("ix_thread_link_key", "account_id", "private_key", postgresql_where=_WAITS),
    Index("ix_thread_link_contact", "account_id", "contact_id", postgresql_where=_WAITS),
    Index("ix_thread_link_word", "account_id", "word", postgresql_where=_WAITS),
    Index("ix_thread_link_named", "created_at", postgresql_where=_NAMED),
)

# Where a visitor of the web chat wants the answer when they are gone; the last address they left.
left_address = Table(
    "left_address",
    metadata,
    Column(
        "conversation_id",
        BigInteger,
        ForeignKey("conversation.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("email", Text, nullable=False),
    created_at(),
)
