"""What customers send and what staff do: where each file is. The files themselves lie elsewhere."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text

from bot.storage.tables.columns import at, created_at, identity, metadata, ref

media = Table(
    "media",
    metadata,
    Column("message_id", BigInteger, ForeignKey("message.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # its place among the attachments
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("mime", Text, nullable=False, server_default=""),
    Column("size", BigInteger, nullable=False, server_default=text("0")),
    Column("key", Text, nullable=False, server_default=""),  # where it lies in the store of files
    Column("reason", Text, nullable=False, server_default=""),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    at("due_at"),
    created_at(),
    CheckConstraint("state IN ('waiting','kept','gone','refused')", name="state"),
    Index("ix_media_due", "due_at", postgresql_where=text("state = 'waiting'")),
)

# A file is nobody's once its message or its conversation is deleted: then it is due, and goes.
outgoing_file = Table(
    "outgoing_file",
    metadata,
    identity(),
    Column("conversation_id", BigInteger, ForeignKey("conversation.id", ondelete="SET NULL"), nullable=True),
    Column("message_id", BigInteger, ForeignKey("message.id", ondelete="SET NULL"), nullable=True),
    Column("number", Integer, nullable=True),  # its place among the attachments
    ref("staff_id", "staff.id"),
    Column("name", Text, nullable=False),
    Column("mime", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("key", Text, nullable=False),  # where it lies in the store of files
    Column("state", Text, nullable=False, server_default="unsent"),
    at("due_at"),
    created_at(),
    CheckConstraint("state IN ('unsent','sent','going')", name="state"),
    Index("ix_outgoing_file_conversation_id", "conversation_id"),
    Index("ix_outgoing_file_message_id", "message_id"),
    Index("ix_outgoing_file_due", "due_at", postgresql_where=text("message_id IS NULL")),
)
