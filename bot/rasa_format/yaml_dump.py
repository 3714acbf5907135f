"""Values as YAML that Rasa reads: lists at the margin, texts of several lines as blocks."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from ruamel.yaml import YAML
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

if TYPE_CHECKING:
    from ruamel.yaml.nodes import ScalarNode

    from bot.domain.json import Json

_WIDEST = 2**20  # columns: texts are never folded


class Block(str):
    """A text that is written as a block, whether or not it has several lines."""

    __slots__ = ()


class Quoted(str):
    """A text that is written in double quotes."""

    __slots__ = ()


class _Representer(RoundTripRepresenter):
    """Writes nothing as `null`, which cannot be overlooked."""


def _write_none(representer: RoundTripRepresenter, _nothing: None) -> ScalarNode:
    return representer.represent_scalar("tag:yaml.org,2002:null", "null")


_Representer.add_representer(type(None), _write_none)


def dump_yaml(value: Json) -> str:
    """Return YAML 1.2 of a value; maps keep their order."""
    yaml = YAML()
    yaml.Representer = _Representer
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
    if isinstance(value, Quoted):
        return DoubleQuotedScalarString(value)
    if isinstance(value, Block) or (isinstance(value, str) and "\n" in value):
        return LiteralScalarString(value)
    return value
