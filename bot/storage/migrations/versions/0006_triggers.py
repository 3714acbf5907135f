"""Triggers wait for an answer in the stream of their conversation; timers are found by conversation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Apply."""
    op.drop_constraint("settled_author", "message", type_="check")
    op.create_check_constraint(
        "settled_author", "message", "settled IS NULL OR author = 'contact' OR kind = 'trigger'"
    )
    op.create_index(
        "ix_timer_conversation",
        "timer",
        ["conversation_id"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL"),
    )
