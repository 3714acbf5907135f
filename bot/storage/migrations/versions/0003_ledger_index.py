"""An index that serves the ledger of a day, in place of one that began with the account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Apply."""
    op.drop_index("ix_message_ledger", table_name="message")
    op.create_index(
        "ix_message_ledger",
        "message",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("author = 'contact'"),
    )
