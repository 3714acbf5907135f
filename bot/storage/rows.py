"""The type of any row."""

from __future__ import annotations

from typing import Any, TypeAlias

from sqlalchemy.engine import Row

AnyRow: TypeAlias = Row[*tuple[Any, ...]]
