"""Addresses that visitors of the web chat left for the answer, and cases that went on by mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "left_address",
        sa.Column("conversation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_left_address_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_left_address")),
    )
    op.drop_constraint(op.f("ck_thread_link_how"), "thread_link")
    op.create_check_constraint(
        op.f("ck_thread_link_how"), "thread_link", "how IN ('private_reply','link','staff','mail')"
    )
