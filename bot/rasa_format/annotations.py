"""Rasa's entity annotations in training texts.

`[text](entity)` · `[text](entity:value)` · `[text]{"entity": …, "role": …, "group": …, "value": …}` ·
`[text][{"entity": "a"}, {"entity": "b"}]`
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.understanding import Entity

if TYPE_CHECKING:
    from bot.domain.json import Json, JsonObject

# What is an annotation is decided by Rasa 3.6 alone: text without `]`, then at once `(`, `{` or `[`.
_ANNOTATION = re.compile(
    r"\[(?P<text>[^\]]+?)\]"
    r"(?:\((?P<entity>[^:)]+?)(?::(?P<value>[^)]+))?\)|\{(?P<one>[^}]+?)\}|\[(?P<several>.*?)\])",
)
_OBJECT = re.compile(r"\{([^}]+?)\}")
_ATTRIBUTES = ("entity", "role", "group", "value")


class BadAnnotation(ValueError):
    """An annotation that is not written as Rasa reads it; `str()` says what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatedText:
    """A training text with its annotations cut out; entity offsets count code points of `text`."""

    text: str
    entities: tuple[Entity, ...] = ()


def parse_annotations(written: str) -> AnnotatedText:
    """Read a training text. Raises `BadAnnotation`."""
    parts: list[str] = []
    entities: list[Entity] = []
    position = start = 0
    for match in _ANNOTATION.finditer(written):
        before, text = written[position : match.start()], match["text"]
        parts += (before, text)
        start += len(before)
        entities += (_build(attributes, text, start) for attributes in _attributes(match))
        start += len(text)
        position = match.end()
    parts.append(written[position:])
    return AnnotatedText(text="".join(parts), entities=tuple(entities))


def has_annotations(written: str) -> bool:
    """Tell whether any part of a text would be read as an annotation."""
    return _ANNOTATION.search(written) is not None


def _attributes(match: re.Match[str]) -> list[JsonObject]:
    if match["entity"]:
        return [{"entity": match["entity"], "value": match["value"] or match["text"]}]
    if match["one"]:
        return [_parse_object(match["one"])]
    return [_parse_object(found[1]) for found in _OBJECT.finditer(match["several"])]


def _parse_object(written: str) -> JsonObject:
    text = f"{{{written}}}"
    try:
        attributes = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        problem = f'`{text}` is not JSON. Write it like `{{"entity": "city", "role": "departure"}}`.'
        raise BadAnnotation(problem) from error
    for name in _ATTRIBUTES:
        if name in attributes and not _fits(name, attributes[name]):
            raise BadAnnotation(f'`"{name}"` in `{text}` should be a text in quotes.')
    if "entity" not in attributes:
        raise BadAnnotation(f'`{text}` does not name its entity. Add `"entity": "…"`.')
    return {name: attributes[name] for name in _ATTRIBUTES if name in attributes}


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _fits(name: str, value: Json) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, str) or (name == "value" and number)


def _build(attributes: JsonObject, text: str, start: int) -> Entity:
    role, group = attributes.get("role"), attributes.get("group")
    return Entity(
        entity=str(attributes["entity"]),
        value=attributes.get("value", text),
        start=start,
        end=start + len(text),
        role=None if role is None else str(role),
        group=None if group is None else str(group),
    )
