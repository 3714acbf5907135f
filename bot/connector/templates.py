"""Messages that a platform approved beforehand: what they say, and what has to be filled in. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.domain.json import Json, JsonObject

PLACE = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,60})\s*\}\}")
VALUE_MAX = 1_000  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Something to be filled in. `part` is where it stands: `header`, `body` or `button.0`; `example` is one.

    `name` is what it is called there: a number, or a word.
    """

    part: str
    name: str
    example: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplatePart:
    """One part of a template: `header`, `body`, `footer`, or a button (`button.0`) by its label or link."""

    part: str
    text: str
    examples: Mapping[str, str] = field(default_factory=dict)

    def places(self) -> Iterator[Place]:
        """Yield what is to be filled in, each once, in the order of the text."""
        for name in dict.fromkeys(PLACE.findall(self.text)):
            yield Place(part=self.part, name=name, example=self.examples.get(name, ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A message that was approved, in one language. `key` names it among those of its account."""

    name: str
    language: str
    parts: tuple[TemplatePart, ...]

    @property
    def key(self) -> str:
        """Return what tells it from all others."""
        return f"{self.name}|{self.language}"

    @property
    def places(self) -> tuple[Place, ...]:
        """Return all that is to be filled in."""
        return tuple(place for part in self.parts for place in part.places())

    def read(self, values: Mapping[tuple[str, str], str]) -> str:
        """Say it as the customer will read it; `values` by part and name."""
        said = [
            PLACE.sub(lambda found, part=part: values.get((part.part, found[1]), found[0]), part.text)  # type: ignore[misc]
            for part in self.parts
        ]
        return "\n".join(said)

    def fill(self, values: Mapping[tuple[str, str], str]) -> JsonObject:
        """Return it as messages carry it (`OutboundReply.is_template`)."""
        filled: dict[str, Json] = {"name": self.name, "language": self.language}
        for part in self.parts:
            names = [place.name for place in part.places()]
            if names:
                filled[_FIELDS.get(part.part, part.part)] = _fill_part(part.part, names, values)
        return filled


_FIELDS = {"body": "parameters"}


def _fill_part(part: str, names: list[str], values: Mapping[tuple[str, str], str]) -> Json:
    """Return a part's values: by place where places are numbers, else by name."""
    if all(name.isdigit() for name in names):
        return [values[part, name] for name in sorted(names, key=int)]
    return {name: values[part, name] for name in names}
