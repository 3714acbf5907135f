"""List templates: what a platform approved beforehand, asked for once in a few minutes."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.connector import HasTemplates
from bot.connector.templates import find_place_file_problem, find_place_problem
from bot.errors import BadPayload, Conflict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.connector import Connector, FileRule, Template
    from bot.connector.templates import Place, Values
    from bot.domain.message import Attachment

FRESH = timedelta(minutes=5)


class TemplateShelf:
    """The templates of all accounts, each account's as it was told a few minutes ago at most."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], tuple[datetime, tuple[Template, ...]]] = {}
        self._asking: defaultdict[tuple[str, str], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def list(self, connector: Connector | None, *, now: datetime) -> Sequence[Template]:
        """Return an account's templates, none where its channel has none. Raises `PlatformUnavailable`."""
        if connector is None or not isinstance(connector, HasTemplates):
            return ()
        account = (connector.channel, connector.account.name)
        async with self._asking[account]:
            at, told = self._told.get(account, (None, ()))
            if at is None or now - at > FRESH:
                told = await connector.list_templates()
                self._told[account] = (now, told)
        return told


def choose_template(templates: Sequence[Template], key: str) -> Template:
    """Return the template that was chosen. Raises `Conflict` in words for one that cannot be sent."""
    template = next((each for each in templates if each.key == key), None)
    if template is None:
        raise Conflict("this template is not approved any more: choose another")
    if template.problem:
        raise Conflict(template.problem)
    return template


def fill_places(template: Template, given: Sequence[str], files: Sequence[Attachment]) -> Values:
    """Return what fills a template's places; `files` fill those that take one, in order.

    Raises `BadPayload` in words for what the platform would refuse.
    """
    if len(given) != len(template.places):
        raise BadPayload("fill in every place of the template")
    values: dict[tuple[str, str], str] = {}
    coming = iter(files)
    for place, value in zip(template.places, given, strict=True):
        values[place.part, place.name] = (
            _read_text(place, value) if place.takes is None else _read_file(place.takes, next(coming))
        )
    return values


def _read_text(place: Place, value: str) -> str:
    text = " ".join(value.replace("\x00", "").split())  # platforms refuse line breaks in what is filled in
    problem = find_place_problem(place, text)
    if problem is not None:
        raise BadPayload(problem)
    return text


def _read_file(rule: FileRule, file: Attachment) -> str:
    problem = find_place_file_problem(rule, file.mime or "", file.size or 0)
    if problem is not None:
        raise BadPayload(problem)
    return file.name or "file"
