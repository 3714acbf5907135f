"""Messages that a platform approved beforehand: what they say, and what has to be filled in. Pure.

A part is `header`, `body`, `footer`, `button.0` (a label, and where it leads), `code.0` (a button that copies
a code), `location` or `file` (what stands above the words), `offer` (until when one holds), `flow.0` (a
button that opens a form), or one of these on a card: `card.0.body`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.connector.file_rules import say_types
from bot.domain.json import Json, JsonObject

if TYPE_CHECKING:
    from bot.connector.capabilities import FileRule

PLACE = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,60})\s*\}\}")
VALUE_MAX = 1_000  # characters
_CARD = re.compile(r"card\.([0-9]{1,2})\.(.+)", re.DOTALL)

Values = Mapping[tuple[str, str], str]
"""What fills the places of a template, by part and name; a file's place by the file's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Something to be filled in. `part` is where it stands, `example` is one.

    `name` is what it is called there: a number, or a word. `most`: so many characters. `degrees`: a number
    that is no further from 0. `is_moment`: a day and a time of it in UTC, as in 2027-01-31 18:00. `pattern`:
    what else it must be, said in `told`. `takes`: no text but a file, one of these types and sizes.
    """

    part: str
    name: str
    example: str = ""
    most: int = VALUE_MAX
    degrees: int | None = None
    is_moment: bool = False
    pattern: str = ""
    told: str = ""
    takes: FileRule | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplatePart:
    """One part of a template. `asks`: its places, where the text alone does not tell all of them.

    `repeats`: what is filled in here is what was filled in there, and is asked for once. `fixed`: goes along
    as it is, and nobody is asked for it.
    """

    part: str
    text: str
    examples: Mapping[str, str] = field(default_factory=dict)
    asks: tuple[Place, ...] = ()
    repeats: str = ""
    fixed: str = ""

    def places(self) -> Iterator[Place]:
        """Yield what is to be filled in, each once, in the order of the text."""
        if self.asks or self.repeats:
            yield from self.asks
            return
        for name in dict.fromkeys(PLACE.findall(self.text)):
            yield Place(part=self.part, name=name, example=self.examples.get(name, ""))

    @property
    def is_file(self) -> bool:
        """Tell whether it is a file, which is no text."""
        return any(place.takes for place in self.asks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A message that was submitted for approval, in one language. `key` names it among its account's.

    `problem`: why it cannot be sent from here; empty where it can.
    """

    name: str
    language: str
    parts: tuple[TemplatePart, ...] = ()
    problem: str = ""

    @property
    def key(self) -> str:
        """Return what tells it from all others."""
        return f"{self.name}|{self.language}"

    @property
    def places(self) -> tuple[Place, ...]:
        """Return all that is to be filled in."""
        return tuple(place for part in self.parts for place in part.places())

    def read(self, values: Values) -> str:
        """Say it as the customer will read it, without its files."""
        said = [
            PLACE.sub(lambda found, part=part: values.get((part.part, found[1]), found[0]), part.text)  # type: ignore[misc]
            for part in self.parts
            if not part.is_file
        ]
        return "\n".join(said)

    def fill(self, values: Values) -> JsonObject:
        """Return it as messages carry it (`OutboundReply.is_template`); its files are the reply's."""
        filled: dict[str, Json] = {"name": self.name, "language": self.language}
        cards: list[dict[str, Json]] = []
        for part in self.parts:
            card, name = split_card(part.part)
            while card is not None and len(cards) <= card:
                cards.append({})
            filling = self._find(part.repeats) if part.repeats else part
            names = [place.name for place in filling.places()]
            if names or part.fixed:
                into = filled if card is None else cards[card]
                into[_FIELDS.get(name, name)] = part.fixed or _fill_part(filling, names, values)
        return {**filled, "cards": cards} if cards else filled

    def _find(self, name: str) -> TemplatePart:
        return next(part for part in self.parts if part.part == name)


def split_card(part: str) -> tuple[int | None, str]:
    """Return on which card a part stands, None for none, and what it is called there."""
    found = _CARD.fullmatch(part)
    return (int(found[1]), found[2]) if found else (None, part)


def find_place_problem(place: Place, value: str) -> str | None:
    """Say why a text cannot be filled in; None where it can. Platforms refuse empty places."""
    if not value:
        return "fill in every place of the template"
    if len(value) > place.most:
        return f"what is filled in for {place.name} may have {place.most:,} characters"
    if place.degrees is not None and not _is_within(value, place.degrees):
        return f"{place.name} is a number of degrees from -{place.degrees} to {place.degrees}"
    if place.is_moment and read_moment(value) is None:
        return f"{place.name} is a day and a time in UTC, as in 2027-01-31 18:00"
    if place.pattern and not re.fullmatch(place.pattern, value):
        return place.told
    return None


def find_place_file_problem(rule: FileRule, mime: str, size: int) -> str | None:
    """Say why a file cannot go into a template; None where it can. `size` in bytes."""
    if rule.mimes and mime not in rule.mimes:
        return f"this template takes another type of file here: {say_types(rule.mimes)}"
    if rule.most and size > rule.most:
        return f"this template takes files of up to {rule.most / 1_000_000:.0f} MB here: choose a smaller one"
    return None


def read_moment(value: str) -> datetime | None:
    """Return a day and a time of it in UTC; None for what is none."""
    if not value.isascii():
        return None
    try:
        return datetime.strptime(value, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    except ValueError:
        return None


def _is_within(value: str, degrees: int) -> bool:
    try:
        number = float(value) if value.isascii() else math.nan
    except ValueError:
        return False
    return abs(number) <= degrees


_FIELDS = {"body": "parameters"}


def _fill_part(part: TemplatePart, names: list[str], values: Values) -> Json:
    """Return a part's values: by place where places are numbers, else by name. Of a file, what it goes as."""
    if part.is_file:
        return names[0]
    if all(name.isdigit() for name in names):
        return [values[part.part, name] for name in sorted(names, key=int)]
    return {name: values[part.part, name] for name in names}
