"""Public threads and the private ones they were moved to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"

_REFERENCES = {
    "account_id": "account",
    "contact_id": "contact",
    "public_id": "conversation",
    "private_id": "conversation",
    "began_id": "message",
    "word_id": "message",
    "closing_id": "message",
}
_WAITS = sa.text("private_id IS NULL AND closed_at IS NULL")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "thread_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.BigInteger(), nullable=False),
        sa.Column("private_id", sa.BigInteger(), nullable=True),
        sa.Column("private_key", sa.Text(), nullable=True),
        sa.Column("began_id", sa.BigInteger(), nullable=False),
        sa.Column("word", sa.Text(), nullable=True),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("word_id", sa.BigInteger(), nullable=True),
        sa.Column("question", postgresql.JSONB(), nullable=True),
        sa.Column("doubt", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closing_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("how IN ('private_reply','link','staff')", name=op.f("ck_thread_link_how")),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_thread_link_{name}"))
            for name, table in _REFERENCES.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread_link")),
    )
    for side in ("public", "private"):
        op.create_index(
            f"uq_thread_link_{side}",
            "thread_link",
            [f"{side}_id"],
            unique=True,
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        op.create_index(f"ix_thread_link_{side}", "thread_link", [f"{side}_id", "id"], unique=False)
    for name, column in (("key", "private_key"), ("contact", "contact_id"), ("word", "word")):
        op.create_index(
            f"ix_thread_link_{name}",
            "thread_link",
            ["account_id", column],
            unique=False,
            postgresql_where=_WAITS,
        )
