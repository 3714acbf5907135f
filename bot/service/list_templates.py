"""List templates: what a platform approved beforehand, asked for once in a few minutes."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.connector import HasTemplates
from bot.connector.templates import VALUE_MAX
from bot.errors import BadPayload, Conflict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.connector import Connector, Template

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


def choose_template(
    templates: Sequence[Template], key: str, given: Sequence[str]
) -> tuple[Template, Mapping[tuple[str, str], str]]:
    """Return a template and what fills its places, in order. Raises `Conflict`, `BadPayload` in words."""
    template = next((each for each in templates if each.key == key), None)
    if template is None:
        raise Conflict("this template is not approved any more: choose another")
    # Platforms refuse line breaks in what is filled in, and empty places.
    values = [" ".join(value.replace("\x00", "").split()) for value in given]
    if len(values) != len(template.places) or not all(values):
        raise BadPayload("fill in every place of the template")
    if any(len(value) > VALUE_MAX for value in values):
        raise BadPayload(f"what is filled in may have {VALUE_MAX} characters")
    places = [(place.part, place.name) for place in template.places]
    return template, dict(zip(places, values, strict=True))
