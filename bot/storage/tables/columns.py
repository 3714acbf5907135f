"""How columns look that many tables have."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    MetaData,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    },
)


def identity() -> Column[int]:
    """Return the primary key every table of things has."""
    return Column("id", BigInteger, Identity(always=True), primary_key=True)


def at(name: str, *, nullable: bool = False) -> Column[object]:
    """Return a moment, always with its time zone."""
    return Column(name, DateTime(timezone=True), nullable=nullable)


def created_at() -> Column[object]:
    """Return the moment of the insert."""
    return Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now())


def ref(name: str, target: str, *, nullable: bool = False) -> Column[int]:
    """Return a reference to another table's row."""
    return Column(name, BigInteger, ForeignKey(target), nullable=nullable)


def json_object(name: str) -> Column[object]:
    """Return a JSON object, empty unless said otherwise."""
    return Column(name, JSONB, nullable=False, server_default=text("'{}'::jsonb"))
