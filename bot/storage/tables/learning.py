"""What trainers decide and what comes of it: proposals, corrections, models, releases."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from bot.storage.tables.columns import at, created_at, identity, json_object, metadata, ref

proposal = Table(
    "proposal",
    metadata,
    identity(),
    Column("text", Text, nullable=False),
    Column("text_hash", LargeBinary, nullable=False, unique=True),  # of the folded text
    Column("reason", Text, nullable=False),
    Column("times", Integer, nullable=False, server_default=text("1")),
    at("first_seen"),
    at("last_seen"),
    Column("ranking", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("status", Text, nullable=False, server_default="open"),
    Column("intent", Text),
    Column("file", Text),  # where the example was written, relative to the project
    Column("made_intent", Boolean, nullable=False, server_default=text("false")),  # with this decision
    ref("decided_by", "staff.id", nullable=True),
    at("decided_at", nullable=True),
    ref("conversation_id", "conversation.id", nullable=True),
    Column("message_seq", BigInteger),
    CheckConstraint("reason IN ('unsure','staff_answered')", name="reason"),
    CheckConstraint("status IN ('open','labelled','none','skipped')", name="status"),
    Index("ix_proposal_open", "times", "last_seen", postgresql_where=text("status = 'open'")),
)

# The words stand in `message` alone: whoever deletes them there has deleted them here.
triage_correction = Table(
    "triage_correction",
    metadata,
    Column("message_id", BigInteger, ForeignKey("message.id", ondelete="CASCADE"), primary_key=True),
    Column("complaint", Boolean),
    Column("urgent", Boolean),
    Column("mood", Text),
    ref("said_by", "staff.id"),
    Column("said_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("status", Text, nullable=False, server_default="open"),
    Column("example", Text),  # as a trainer had it written, without what tells who the customer is
    Column("file", Text),  # where it was written, relative to the project
    ref("decided_by", "staff.id", nullable=True),
    at("decided_at", nullable=True),
    CheckConstraint("mood IN ('angry','unhappy','neutral','happy')", name="mood"),
    CheckConstraint("status IN ('open','taught','dismissed')", name="status"),
    CheckConstraint("num_nonnulls(complaint, urgent, mood) > 0", name="something"),
    Index("ix_triage_correction_status", "status", "said_at"),
)

model = Table(
    "model",
    metadata,
    identity(),
    Column("digest", Text, nullable=False, unique=True),
    Column("data_digest", Text, nullable=False),
    Column("archive", LargeBinary, nullable=False),
    Column("size", BigInteger, nullable=False),
    json_object("metrics"),
    created_at(),
    Column("created_by", Text, nullable=False),
)

release = Table(
    "release",
    metadata,
    identity(),
    ref("model_id", "model.id"),
    Column("released_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("released_by", Text, nullable=False),
)

training = Table(
    "training",
    metadata,
    identity(),
    Column("state", Text, nullable=False, server_default="running"),
    Column("started_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("started_by", Text, nullable=False),
    Column("stage", Text, nullable=False, server_default=""),
    Column("done", Integer, nullable=False, server_default=text("0")),
    Column("total", Integer, nullable=False, server_default=text("0")),
    Column("seen_at", DateTime(timezone=True), nullable=False, server_default=func.now()),  # its heartbeat
    Column("stop", Boolean, nullable=False, server_default=text("false")),  # somebody asked for it
    at("ended_at", nullable=True),
    ref("model_id", "model.id", nullable=True),
    Column("problems", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    CheckConstraint("state IN ('running','done','failed','stopped','lost')", name="state"),
    Index("uq_training_running", "state", unique=True, postgresql_where=text("state = 'running'")),
)
