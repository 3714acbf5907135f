"""What customers send: where each file is, and what has become of it. The files themselves lie elsewhere."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text

from bot.storage.tables.columns import at, created_at, metadata

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
