"""A turn's events in one row: a turn is written and read as a whole."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "turn",
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("events", JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_turn_conversation_id")
        ),
        sa.PrimaryKeyConstraint("conversation_id", "id", name=op.f("pk_turn")),
    )
    op.execute(
        "INSERT INTO turn (conversation_id, id, events, created_at)"
        " SELECT conversation_id, turn_id, jsonb_agg(data ORDER BY id), min(created_at)"
        " FROM event GROUP BY conversation_id, turn_id"
    )
    op.drop_table("event")
