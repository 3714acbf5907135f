"""What staff say of a message's triage, and what trainers make of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "triage_correction",
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("complaint", sa.Boolean(), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=True),
        sa.Column("mood", sa.Text(), nullable=True),
        sa.Column("said_by", sa.BigInteger(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("example", sa.Text(), nullable=True),
        sa.Column("file", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "mood IN ('angry','unhappy','neutral','happy')", name=op.f("ck_triage_correction_mood")
        ),
        sa.CheckConstraint(
            "status IN ('open','taught','dismissed')", name=op.f("ck_triage_correction_status")
        ),
        sa.CheckConstraint(
            "num_nonnulls(complaint, urgent, mood) > 0", name=op.f("ck_triage_correction_something")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
            name=op.f("fk_triage_correction_message_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["said_by"], ["staff.id"], name=op.f("fk_triage_correction_said_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_triage_correction_decided_by")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_triage_correction")),
    )
    op.create_index("ix_triage_correction_status", "triage_correction", ["status", "said_at"])
