"""What a dimension's finder returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain.json import Json, JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A value between `start` and `end` (code points). `info` is what Duckling says beside the value."""

    start: int
    end: int
    value: Json
    info: JsonObject
