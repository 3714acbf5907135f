"""The same person on several accounts, and people who were erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Apply."""
    for table in ("contact", "conversation"):
        op.add_column(table, sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_handle_contact_id", "handle", ["contact_id"])
    op.create_index("ix_conversation_contact_id", "conversation", ["contact_id"])
    _create_facts()
    _create_same_person()
    _create_erasures()


def _create_facts() -> None:
    op.create_table(
        "contact_fact",
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value_digest", sa.LargeBinary(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        _now("created_at"),
        sa.CheckConstraint(
            "source IN ('channel','identity','profile','written')", name=op.f("ck_contact_fact_source")
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_contact_fact_contact_id")),
        sa.PrimaryKeyConstraint("contact_id", "kind", "value_digest", name=op.f("pk_contact_fact")),
    )
    op.create_index("ix_contact_fact_value_digest", "contact_fact", ["value_digest"])
    op.create_table(
        "fact_cursor",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact_cursor")),
    )
    op.execute("INSERT INTO fact_cursor (id, message_id) VALUES (1, 0)")


def _create_same_person() -> None:
    op.create_table(
        "same_person",
        sa.Column("contact_a", sa.BigInteger(), nullable=False),
        sa.Column("contact_b", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="suggested", nullable=False),
        sa.Column("evidence", JSONB(), nullable=False),
        sa.Column("history", JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        _now("created_at"),
        sa.CheckConstraint("contact_a < contact_b", name=op.f("ck_same_person_order")),
        sa.CheckConstraint(
            "state IN ('suggested','confirmed','refused','undone')", name=op.f("ck_same_person_state")
        ),
        sa.ForeignKeyConstraint(["contact_a"], ["contact.id"], name=op.f("fk_same_person_contact_a")),
        sa.ForeignKeyConstraint(["contact_b"], ["contact.id"], name=op.f("fk_same_person_contact_b")),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_same_person_decided_by")),
        sa.PrimaryKeyConstraint("contact_a", "contact_b", name=op.f("pk_same_person")),
    )
    op.create_index("ix_same_person_contact_b", "same_person", ["contact_b"])


def _create_erasures() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _COUNTED),
        _now("created_at"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_erasure_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    op.create_table(
        "erased_file",
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rounds", sa.Integer(), server_default=sa.text("2"), nullable=False),
        _now("due_at"),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_erased_file")),
    )
    op.create_index("ix_erased_file_due_at", "erased_file", ["due_at"])


_COUNTED = ("contacts", "conversations", "messages", "files")


def _now(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False)
