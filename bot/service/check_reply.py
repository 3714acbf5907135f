"""Check a reply before it is stored: what its platform would refuse, whoever writes it is told at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.connector import OutboundReply, ReplyMode
from bot.connector.windows import find_refusal
from bot.domain.message import Author
from bot.errors import Conflict
from bot.service.keep_outgoing import check_files
from bot.storage.standing import load_standing

if TYPE_CHECKING:
    from datetime import datetime

    from bot.domain.conversation import Conversation
    from bot.domain.message import Content
    from bot.service.deliver import Connectors
    from bot.service.road import Road
    from bot.storage.database import Connection
    from bot.storage.standing import Standing


async def check_reply(
    road: Road, connection: Connection, found: Conversation, content: Content, connectors: Connectors
) -> None:
    """Raise `Conflict` for what a person may not write to a locked conversation now, by its platform's rules.

    Where the account is off nobody knows them: it is stored, and the courier looks when it is on again.
    """
    connector = connectors.get((found.channel, found.account))
    if connector is None:
        return
    standing, now = await load_standing(connection, found.id), road.now()
    refusal = find_refusal(connector.capabilities, draft_reply(found, content, standing, now=now), now=now)
    if refusal is not None:
        raise Conflict(refusal.detail)
    check_files(road, connectors, found, standing, content)


def draft_reply(found: Conversation, content: Content, standing: Standing, *, now: datetime) -> OutboundReply:
    """Return what a person would send, as far as rules ask for it."""
    return OutboundReply(
        idempotency_key="",
        conversation_key=found.key,
        content=content,
        author=Author.STAFF,
        surface=found.surface,
        mode=ReplyMode.PRIVATE if content.private else ReplyMode.REPLY,
        last_heard_at=None if standing.heard_ago is None else now - standing.heard_ago,
        private_before=standing.private_sent,
    )
