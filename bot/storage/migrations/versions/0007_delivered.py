"""Messages that a platform says were delivered, and an index that finds those it may still tell of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Apply."""
    op.drop_constraint(op.f("ck_outbox_state"), "outbox")
    op.create_check_constraint(
        op.f("ck_outbox_state"),
        "outbox",
        "state IN ('pending','sending','sent','delivered','partial','read','failed','unknown')",
    )
    op.drop_index("ix_outbox_unread", table_name="outbox")
    op.create_index(
        "ix_outbox_unread",
        "outbox",
        ["conversation_id", "message_id"],
        unique=False,
        postgresql_where=sa.text("state IN ('pending','sending','sent','delivered','unknown')"),
    )
