"""Accounts, contacts and who they are, staff."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from bot.storage.tables.columns import at, created_at, identity, metadata, ref

account = Table(
    "account",
    metadata,
    identity(),
    Column("channel", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("cursor", Text),  # where polling goes on
    # Signs of life (`signs.py`): `refusals` since anything was taken, the addresses its platform was told.
    at("heard_at", nullable=True),
    at("refused_at", nullable=True),
    Column("refused_why", Text),
    Column("refusals", BigInteger, nullable=False, server_default=text("0")),
    Column("hook_urls", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    created_at(),
    UniqueConstraint("channel", "name"),
)

contact = Table(
    "contact",
    metadata,
    identity(),
    Column("name", Text),
    Column("locale", Text),
    created_at(),
    at("erased_at", nullable=True),  # what is left then is a number
)

handle = Table(
    "handle",
    metadata,
    identity(),
    ref("account_id", "account.id"),
    Column("native_id", Text, nullable=False),
    ref("contact_id", "contact.id"),
    Column("name", Text),
    Column("username", Text),
    created_at(),
    UniqueConstraint("account_id", "native_id"),
    Index("ix_handle_contact_id", "contact_id"),
)

# A person's ids on one account, and the key of the conversation that all of them lead to.
known_id = Table(
    "known_id",
    metadata,
    Column("account_id", BigInteger, ForeignKey("account.id"), primary_key=True),
    Column("native_id", Text, primary_key=True),
    Column("key", Text, nullable=False),
    created_at(),
    Index("ix_known_id_account_id_key", "account_id", "key"),
)

# What tells who somebody is: digests to compare, and as much as staff need to recognise it. `source`: how
# well it is known (`bot.desk.contact_facts`).
contact_fact = Table(
    "contact_fact",
    metadata,
    Column("contact_id", BigInteger, ForeignKey("contact.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("value_digest", LargeBinary, primary_key=True),
    Column("shown", Text, nullable=False),
    Column("source", Text, nullable=False),
    created_at(),
    CheckConstraint("source IN ('channel','identity','profile','written')", name="source"),
    Index("ix_contact_fact_value_digest", "value_digest"),
)

# The last message that was looked through for facts: one row.
fact_cursor = Table(
    "fact_cursor",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("message_id", BigInteger, nullable=False),
)

# Two contacts that may be, or are, one person. Nothing else says so: taken back, nothing is left of it.
same_person = Table(
    "same_person",
    metadata,
    Column("contact_a", BigInteger, ForeignKey("contact.id"), primary_key=True),
    Column("contact_b", BigInteger, ForeignKey("contact.id"), primary_key=True),
    Column("state", Text, nullable=False, server_default="suggested"),
    Column("evidence", JSONB, nullable=False),
    Column(
        "history", JSONB, nullable=False, server_default=text("'[]'::jsonb")
    ),  # who decided what, and when
    ref("decided_by", "staff.id", nullable=True),
    at("decided_at", nullable=True),
    created_at(),
    CheckConstraint("contact_a < contact_b", name="order"),
    CheckConstraint("state IN ('suggested','confirmed','refused','undone')", name="state"),
    Index("ix_same_person_contact_b", "contact_b"),
)

# That somebody was erased, by whom (nobody: at the command line), and how much; not who it was.
erasure = Table(
    "erasure",
    metadata,
    identity(),
    ref("staff_id", "staff.id", nullable=True),
    Column("contacts", Integer, nullable=False),
    Column("conversations", Integer, nullable=False),
    Column("messages", Integer, nullable=False),
    Column("files", Integer, nullable=False),
    created_at(),
)

# Messages whose files have to go from the store. Looked at twice: a fetch that was under way may have
# brought a file after the first time.
erased_file = Table(
    "erased_file",
    metadata,
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("rounds", Integer, nullable=False, server_default=text("2")),
    Column("due_at", at("due_at").type, nullable=False, server_default=text("now()")),
    Index("ix_erased_file_due_at", "due_at"),
)

staff = Table(
    "staff",
    metadata,
    identity(),
    Column("email", Text, nullable=False, unique=True),  # lower-cased
    Column("name", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    created_at(),
    at("disabled_at", nullable=True),
)

staff_session = Table(
    "staff_session",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),  # sha256 of the cookie
    ref("staff_id", "staff.id"),
    Column("csrf", Text, nullable=False),
    created_at(),
    at("seen_at"),
    at("expires_at"),
)
