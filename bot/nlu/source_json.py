"""Where a text is written, as JSON: alike in all that is told of examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain.example import Source
    from bot.domain.json import JsonObject


def render_source(source: Source | None) -> JsonObject:
    """Return `file` and `line`, which counts from 1; both null for what no file holds."""
    return {"file": source.path if source else None, "line": source.line if source else None}
