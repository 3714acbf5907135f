"""The type of any row."""

from __future__ import annotations

from typing import Any, TypeAlias

from sqlalchemy.engine import Row

from bot.storage.direct import DirectRow

AnyRow: TypeAlias = Row[*tuple[Any, ...]] | DirectRow
