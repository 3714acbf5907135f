"""Accounts, contacts, staff."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY

from bot.storage.tables.columns import at, created_at, identity, metadata, ref

account = Table(
    "account",
    metadata,
    identity(),
    Column("channel", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("cursor", Text),  # where polling goes on
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
)

# A person's ids on one account, and the key of the conversation that all of them lead to.
known_id = Table(
    "known_id",
    metadata,
    Column("account_id", BigInteger, ForeignKey("account.id"), primary_key=True),
    Column("native_id", Text, primary_key=True),
    Column("key", Text, nullable=False),
    created_at(),
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
