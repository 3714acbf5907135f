"""Send a template: a message approved beforehand, filled in by a person, leaves by the same door as all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.errors import BadPayload
from bot.service.keep_outgoing import list_attachments
from bot.service.list_templates import fill_places
from bot.service.staff_reply import Reply, send_reply

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.connector import Template
    from bot.domain.conversation import Conversation
    from bot.domain.message import Message
    from bot.domain.staff import Staff
    from bot.service.deliver import Connectors
    from bot.service.road import Road

_LONGEST_ID = 18  # digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A template as a person filled it in. `key` is the browser's idempotency key.

    `given` fills its places in order: with a text, or the number of a file that the same person brought.
    """

    template: Template
    given: Sequence[str]
    key: str


async def send_template(
    road: Road, found: Conversation, staff: Staff, filled: Filled, *, connectors: Connectors
) -> Message:
    """Commit a template and queue it; see `send_reply`, which this raises like.

    Also raises `BadPayload` for what cannot fill it.
    """
    template = filled.template
    ids = [
        _read_file_id(value)
        for place, value in zip(template.places, filled.given, strict=False)
        if place.takes is not None
    ]
    if len(set(ids)) < len(ids):
        raise BadPayload("add the same file again for each place: one was chosen for two")
    async with road.database.begin() as connection:
        files = await list_attachments(connection, found, staff, ids)
    values = fill_places(template, filled.given, files)
    reply = Reply(
        text=template.read(values), key=filled.key, files=tuple(ids), template=template.fill(values)
    )
    return await send_reply(road, found.id, staff, reply, connectors=connectors)


def _read_file_id(value: str) -> int:
    """Return the number of a file. Raises `BadPayload` where none was chosen."""
    if not (value.isascii() and value.isdigit() and len(value) <= _LONGEST_ID):
        raise BadPayload("fill in every place of the template: a file is missing")
    return int(value)
