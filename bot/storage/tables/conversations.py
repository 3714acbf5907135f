"""The road of a message: conversations, what is said in them, what leaves, who is needed, what is due."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from bot.storage.tables.columns import at, created_at, identity, json_object, metadata, ref

conversation = Table(
    "conversation",
    metadata,
    identity(),
    ref("account_id", "account.id"),
    Column("key", Text, nullable=False),  # the platform's rule for "same thread"
    ref("contact_id", "contact.id"),
    Column("surface", Text, nullable=False),
    Column("status", Text, nullable=False, server_default="bot"),
    ref("staff_id", "staff.id", nullable=True),
    json_object("reply_context"),
    Column("pull", Boolean, nullable=False, server_default=text("false")),
    Column("attention", Text),  # a delivery went wrong: shown to staff until they look
    # A person gave it back: the engine must wake a paused tracker.
    Column("resumed", Boolean, nullable=False, server_default=text("false")),
    created_at(),
    at("last_message_at"),
    Column("last_seq", BigInteger, nullable=False, server_default=text("0")),
    # Answering. `answer_due_at` is set while messages up to `inbound_seq` wait for the engine.
    Column("inbound_seq", BigInteger, nullable=False, server_default=text("0")),
    at("answer_due_at", nullable=True),
    Column("answer_token", BigInteger, nullable=False, server_default=text("0")),
    at("answer_leased_until", nullable=True),
    Column("answer_attempts", Integer, nullable=False, server_default=text("0")),
    # Delivering, alike: outbox rows up to `outbound_id` wait for the courier.
    Column("outbound_id", BigInteger, nullable=False, server_default=text("0")),
    at("deliver_due_at", nullable=True),
    Column("deliver_token", BigInteger, nullable=False, server_default=text("0")),
    at("deliver_leased_until", nullable=True),
    at("erased_at", nullable=True),  # its contact was erased: kept for the ledger alone, shown to nobody
    UniqueConstraint("account_id", "key"),
    CheckConstraint("status IN ('bot','queued','held','snoozed','resolved')", name="status"),
    Index("ix_conversation_answer_due", "answer_due_at", postgresql_where=text("answer_due_at IS NOT NULL")),
    Index(
        "ix_conversation_deliver_due", "deliver_due_at", postgresql_where=text("deliver_due_at IS NOT NULL")
    ),
    Index("ix_conversation_last_message", "last_message_at"),
    Index("ix_conversation_contact_id", "contact_id"),
    Index(
        "ix_conversation_with_staff",
        "status",
        "last_message_at",
        postgresql_where=text("status IN ('queued','held','snoozed') OR attention IS NOT NULL"),
    ),
    # Counters on this row change with every message: leave room for updates in place.
    postgresql_with={"fillfactor": "70"},
)

message = Table(
    "message",
    metadata,
    identity(),
    ref("conversation_id", "conversation.id"),
    ref("account_id", "account.id"),
    Column("seq", BigInteger, nullable=False),
    Column("author", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("event_id", Text),
    Column("revision", BigInteger, nullable=False, server_default=text("0")),
    Column("target_id", Text),
    json_object("content"),
    json_object("metadata"),
    ref("staff_id", "staff.id", nullable=True),
    Column("settled", Text),  # the ledger's column; null: not a message that could need an answer
    Column("turn_id", BigInteger),  # id of the last message of the turn it belongs to
    created_at(),
    at("platform_at", nullable=True),
    UniqueConstraint("conversation_id", "seq"),
    UniqueConstraint("account_id", "event_id", "revision"),
    CheckConstraint("author IN ('contact','bot','staff','system')", name="author"),
    CheckConstraint("settled IN ('waiting','bot','staff','not_needed')", name="settled"),
    CheckConstraint("settled IS NULL OR author = 'contact' OR kind = 'trigger'", name="settled_author"),
    Index("ix_message_turn", "turn_id", postgresql_where=text("turn_id IS NOT NULL")),
    Index("ix_message_waiting", "conversation_id", "seq", postgresql_where=text("settled = 'waiting'")),
    Index("ix_message_ledger", "created_at", postgresql_where=text("author = 'contact'")),
)

stray_event = Table(
    "stray_event",
    metadata,
    identity(),
    ref("account_id", "account.id"),
    Column("event_id", Text, nullable=False),
    Column("revision", BigInteger, nullable=False, server_default=text("0")),
    json_object("metadata"),
    created_at(),
    UniqueConstraint("account_id", "event_id", "revision"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("message_id", BigInteger, ForeignKey("message.id"), primary_key=True),
    ref("conversation_id", "conversation.id"),
    Column("state", Text, nullable=False, server_default="pending"),
    Column("pull", Boolean, nullable=False, server_default=text("false")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("native_ids", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    Column("error_class", Text),
    Column("error_detail", Text),
    at("updated_at", nullable=True),
    CheckConstraint(
        "state IN ('pending','sending','sent','delivered','partial','read','failed','unknown')",
        name="state",
    ),
    Index(
        "ix_outbox_open",
        "conversation_id",
        "message_id",
        postgresql_where=text("state IN ('pending','sending')"),
    ),
    Index(
        "ix_outbox_unread",
        "conversation_id",
        "message_id",
        postgresql_where=text("state IN ('pending','sending','sent','delivered','unknown')"),
    ),
)

tracker = Table(
    "tracker",
    metadata,
    Column("conversation_id", BigInteger, ForeignKey("conversation.id"), primary_key=True),
    Column("state", JSONB, nullable=False),
    at("updated_at"),
    postgresql_with={"fillfactor": "70"},
)

# What the engine made of a turn's messages, as Rasa's events in order. `id` is that of the last message.
turn = Table(
    "turn",
    metadata,
    Column("conversation_id", BigInteger, ForeignKey("conversation.id"), primary_key=True),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("events", JSONB, nullable=False),
    created_at(),
)

handoff = Table(
    "handoff",
    metadata,
    identity(),
    ref("conversation_id", "conversation.id"),
    Column("reason", Text, nullable=False),
    Column("priority", Text, nullable=False),
    Column("queue", Text, nullable=False),
    Column("summary", Text, nullable=False, server_default=""),
    created_at(),
    at("deadline_at"),
    at("taken_at", nullable=True),
    ref("taken_by", "staff.id", nullable=True),
    at("closed_at", nullable=True),
    CheckConstraint("priority IN ('normal','high','urgent')", name="priority"),
    Index(
        "uq_handoff_open",
        "conversation_id",
        unique=True,
        postgresql_where=text("closed_at IS NULL"),
    ),
    Index("ix_handoff_conversation", "conversation_id", "id"),
)

timer = Table(
    "timer",
    metadata,
    identity(),
    ref("conversation_id", "conversation.id"),
    Column("kind", Text, nullable=False),
    at("due_at"),
    json_object("data"),
    at("done_at", nullable=True),
    Index("ix_timer_due", "due_at", postgresql_where=text("done_at IS NULL")),
    Index("ix_timer_conversation", "conversation_id", postgresql_where=text("done_at IS NULL")),
)
