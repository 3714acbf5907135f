"""The ids that lead to one conversation are found without reading all others."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_known_id_account_id_key", "known_id", ["account_id", "key"])
