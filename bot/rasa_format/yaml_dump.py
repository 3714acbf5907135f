"""Values as YAML that Rasa reads: lists at the margin, texts of several lines as blocks."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString

if TYPE_CHECKING:
    from bot.domain.json import Json

_WIDEST = 2**20  # columns: texts are never folded


def dump_yaml(value: Json) -> str:
    """Return YAML 1.2 of a value; maps keep their order."""
    yaml = YAML()
    yaml.width = _WIDEST
    yaml.allow_unicode = True
    stream = StringIO()
    yaml.dump(_blocks(value), stream)
    return stream.getvalue()


def _blocks(value: Json) -> object:
    if isinstance(value, dict):
        return {key: _blocks(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_blocks(part) for part in value]
    if isinstance(value, str) and "\n" in value:
        return LiteralScalarString(value)
    return value
