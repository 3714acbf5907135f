"""An index of the private threads that platforms named, for the sweep."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Apply."""
    op.create_index(
        "ix_thread_link_named",
        "thread_link",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("private_id IS NULL AND closed_at IS NULL AND private_key IS NOT NULL"),
    )
