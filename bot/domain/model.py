"""A trained archive, and which one serves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.domain.json import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model as stored. `digest` is the sha256 (hex) of the archive's bytes."""

    id: int
    digest: str
    data_digest: str
    created_at: datetime
    created_by: str
    size: int
    metrics: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """The fact that a model was put into service. The newest release serves."""

    id: int
    model_id: int
    digest: str
    released_at: datetime
    released_by: str
