"""Every table. A change here needs a migration beside it (`tests/integration/storage` compares both)."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    },
)


def _id() -> Column[int]:
    return Column("id", BigInteger, Identity(always=True), primary_key=True)


def _at(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _created_at() -> Column[object]:
    return Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now())


def _ref(name: str, target: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, ForeignKey(target), nullable=nullable)


def _json(name: str) -> Column[object]:
    return Column(name, JSONB, nullable=False, server_default=text("'{}'::jsonb"))


account = Table(
    "account",
    metadata,
    _id(),
    Column("channel", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("cursor", Text),  # where polling goes on
    _created_at(),
    UniqueConstraint("channel", "name"),
)

contact = Table(
    "contact",
    metadata,
    _id(),
    Column("name", Text),
    Column("locale", Text),
    _created_at(),
)

handle = Table(
    "handle",
    metadata,
    _id(),
    _ref("account_id", "account.id"),
    Column("native_id", Text, nullable=False),
    _ref("contact_id", "contact.id"),
    Column("name", Text),
    Column("username", Text),
    _created_at(),
    UniqueConstraint("account_id", "native_id"),
)

staff = Table(
    "staff",
    metadata,
    _id(),
    Column("email", Text, nullable=False, unique=True),  # lower-cased
    Column("name", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    _created_at(),
    _at("disabled_at", nullable=True),
)

staff_session = Table(
    "staff_session",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),  # sha256 of the cookie
    _ref("staff_id", "staff.id"),
    Column("csrf", Text, nullable=False),
    _created_at(),
    _at("seen_at"),
    _at("expires_at"),
)

conversation = Table(
    "conversation",
    metadata,
    _id(),
    _ref("account_id", "account.id"),
    Column("key", Text, nullable=False),  # the platform's rule for "same thread"
    _ref("contact_id", "contact.id"),
    Column("surface", Text, nullable=False),
    Column("status", Text, nullable=False, server_default="bot"),
    _ref("staff_id", "staff.id", nullable=True),
    _json("reply_context"),
    Column("pull", Boolean, nullable=False, server_default=text("false")),
    Column("attention", Text),  # a delivery went wrong: shown to staff until they look
    # A person gave it back: the engine must wake a paused tracker.
    Column("resumed", Boolean, nullable=False, server_default=text("false")),
    _created_at(),
    _at("last_message_at"),
    Column("last_seq", BigInteger, nullable=False, server_default=text("0")),
    # Answering. `answer_due_at` is set while messages up to `inbound_seq` wait for the engine.
    Column("inbound_seq", BigInteger, nullable=False, server_default=text("0")),
    _at("answer_due_at", nullable=True),
    Column("answer_token", BigInteger, nullable=False, server_default=text("0")),
    _at("answer_leased_until", nullable=True),
    Column("answer_attempts", Integer, nullable=False, server_default=text("0")),
    # Delivering, alike: outbox rows up to `outbound_id` wait for the courier.
    Column("outbound_id", BigInteger, nullable=False, server_default=text("0")),
    _at("deliver_due_at", nullable=True),
    Column("deliver_token", BigInteger, nullable=False, server_default=text("0")),
    _at("deliver_leased_until", nullable=True),
    UniqueConstraint("account_id", "key"),
    CheckConstraint("status IN ('bot','queued','held','snoozed','resolved')", name="status"),
    Index("ix_conversation_answer_due", "answer_due_at", postgresql_where=text("answer_due_at IS NOT NULL")),
    Index(
        "ix_conversation_deliver_due", "deliver_due_at", postgresql_where=text("deliver_due_at IS NOT NULL")
    ),
    Index("ix_conversation_last_message", "last_message_at"),
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
    _id(),
    _ref("conversation_id", "conversation.id"),
    _ref("account_id", "account.id"),
    Column("seq", BigInteger, nullable=False),
    Column("author", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("event_id", Text),
    Column("revision", BigInteger, nullable=False, server_default=text("0")),
    Column("target_id", Text),
    _json("content"),
    _json("metadata"),
    _ref("staff_id", "staff.id", nullable=True),
    Column("settled", Text),  # the ledger's column; null: not a message that could need an answer
    Column("turn_id", BigInteger),  # id of the last message of the turn it belongs to
    _created_at(),
    _at("platform_at", nullable=True),
    UniqueConstraint("conversation_id", "seq"),
    UniqueConstraint("account_id", "event_id", "revision"),
    CheckConstraint("author IN ('contact','bot','staff','system')", name="author"),
    CheckConstraint("settled IN ('waiting','bot','staff','not_needed')", name="settled"),
    CheckConstraint("settled IS NULL OR author = 'contact'", name="settled_author"),
    Index("ix_message_turn", "turn_id", postgresql_where=text("turn_id IS NOT NULL")),
    Index("ix_message_waiting", "conversation_id", "seq", postgresql_where=text("settled = 'waiting'")),
    Index(
        "ix_message_ledger",
        "account_id",
        "created_at",
        "settled",
        postgresql_where=text("settled IS NOT NULL"),
    ),
)

stray_event = Table(
    "stray_event",
    metadata,
    _id(),
    _ref("account_id", "account.id"),
    Column("event_id", Text, nullable=False),
    Column("revision", BigInteger, nullable=False, server_default=text("0")),
    _json("metadata"),
    _created_at(),
    UniqueConstraint("account_id", "event_id", "revision"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("message_id", BigInteger, ForeignKey("message.id"), primary_key=True),
    _ref("conversation_id", "conversation.id"),
    Column("state", Text, nullable=False, server_default="pending"),
    Column("pull", Boolean, nullable=False, server_default=text("false")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("native_ids", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    Column("error_class", Text),
    Column("error_detail", Text),
    _at("updated_at", nullable=True),
    CheckConstraint(
        "state IN ('pending','sending','sent','partial','read','failed','unknown')",
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
        postgresql_where=text("state IN ('pending','sending','sent')"),
    ),
)

tracker = Table(
    "tracker",
    metadata,
    Column("conversation_id", BigInteger, ForeignKey("conversation.id"), primary_key=True),
    Column("state", JSONB, nullable=False),
    _at("updated_at"),
    postgresql_with={"fillfactor": "70"},
)

event = Table(
    "event",
    metadata,
    _id(),
    _ref("conversation_id", "conversation.id"),
    Column("turn_id", BigInteger, nullable=False),
    Column("data", JSONB, nullable=False),
    _created_at(),
    Index("ix_event_conversation", "conversation_id", "id"),
)

handoff = Table(
    "handoff",
    metadata,
    _id(),
    _ref("conversation_id", "conversation.id"),
    Column("reason", Text, nullable=False),
    Column("priority", Text, nullable=False),
    Column("queue", Text, nullable=False),
    Column("summary", Text, nullable=False, server_default=""),
    _created_at(),
    _at("deadline_at"),
    _at("taken_at", nullable=True),
    _ref("taken_by", "staff.id", nullable=True),
    _at("closed_at", nullable=True),
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
    _id(),
    _ref("conversation_id", "conversation.id"),
    Column("kind", Text, nullable=False),
    _at("due_at"),
    _json("data"),
    _at("done_at", nullable=True),
    Index("ix_timer_due", "due_at", postgresql_where=text("done_at IS NULL")),
)

proposal = Table(
    "proposal",
    metadata,
    _id(),
    Column("text", Text, nullable=False),
    Column("text_hash", LargeBinary, nullable=False, unique=True),  # of the folded text
    Column("reason", Text, nullable=False),
    Column("times", Integer, nullable=False, server_default=text("1")),
    _at("first_seen"),
    _at("last_seen"),
    Column("ranking", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("status", Text, nullable=False, server_default="open"),
    Column("intent", Text),
    Column("file", Text),  # where the example was written, relative to the project
    Column("made_intent", Boolean, nullable=False, server_default=text("false")),  # with this decision
    _ref("decided_by", "staff.id", nullable=True),
    _at("decided_at", nullable=True),
    _ref("conversation_id", "conversation.id", nullable=True),
    Column("message_seq", BigInteger),
    CheckConstraint("reason IN ('unsure','staff_answered')", name="reason"),
    CheckConstraint("status IN ('open','labelled','none','skipped')", name="status"),
    Index("ix_proposal_open", "times", "last_seen", postgresql_where=text("status = 'open'")),
)

model = Table(
    "model",
    metadata,
    _id(),
    Column("digest", Text, nullable=False, unique=True),
    Column("data_digest", Text, nullable=False),
    Column("archive", LargeBinary, nullable=False),
    Column("size", BigInteger, nullable=False),
    _json("metrics"),
    _created_at(),
    Column("created_by", Text, nullable=False),
)

release = Table(
    "release",
    metadata,
    _id(),
    _ref("model_id", "model.id"),
    Column("released_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("released_by", Text, nullable=False),
)

training = Table(
    "training",
    metadata,
    _id(),
    Column("state", Text, nullable=False, server_default="running"),
    Column("started_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("started_by", Text, nullable=False),
    Column("stage", Text, nullable=False, server_default=""),
    Column("done", Integer, nullable=False, server_default=text("0")),
    Column("total", Integer, nullable=False, server_default=text("0")),
    Column("seen_at", DateTime(timezone=True), nullable=False, server_default=func.now()),  # its heartbeat
    Column("stop", Boolean, nullable=False, server_default=text("false")),  # somebody asked for it
    _at("ended_at", nullable=True),
    _ref("model_id", "model.id", nullable=True),
    Column("problems", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    CheckConstraint("state IN ('running','done','failed','stopped','lost')", name="state"),
    Index("uq_training_running", "state", unique=True, postgresql_where=text("state = 'running'")),
)
