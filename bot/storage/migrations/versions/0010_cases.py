"""Public threads and the private ones they were moved to."""

from __future__ import annotations

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Apply."""
