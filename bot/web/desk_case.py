"""A case at the desk: the public thread and the private one, or a chat and its mails, read as one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.case import How
from bot.service.name_presses import name_presses
from bot.storage import cases, conversations, messages
from bot.web.words import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.domain.case import ThreadLink
    from bot.domain.conversation import Conversation
    from bot.domain.message import Message
    from bot.storage.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a conversation is shown with. `other` is the other thread, None where it stands alone.

    `link` is None where it was never moved. `is_public`: this one is what everybody, or a group, reads.
    """

    link: ThreadLink | None = None
    other: Conversation | None = None
    is_public: bool = False

    @property
    def by_mail(self) -> bool:
        """Tell whether it is a web chat, and the mails that went on with it: nothing of it is public."""
        return self.link is not None and self.link.how is How.MAIL

    @property
    def is_open(self) -> bool:
        """Tell whether both threads are one case now."""
        return self.link is not None and self.other is not None and not self.link.closed


ALONE = Case()


async def load_case(connection: Connection, conversation: Conversation) -> Case:
    """Read what a conversation belongs together with, or did last."""
    link = await cases.find_last(connection, conversation.id)
    if link is None:
        return ALONE
    beside = link.beside(conversation.id)
    other = await conversations.get_conversation(connection, beside) if beside is not None else None
    return Case(link=link, other=other, is_public=conversation.id == link.public_id)


async def list_thread(
    connection: Connection,
    conversation_ids: Sequence[int],
    *,
    after_id: int = 0,
    before_id: int | None = None,
    limit: int,
) -> list[Message]:
    """Return what was said in all these conversations, as `list_messages` does of one, and as it is shown."""
    found: list[Message] = []
    for conversation_id in conversation_ids:
        found += await messages.list_messages(
            connection, conversation_id, after_id=after_id, before_id=before_id, limit=limit
        )
    found.sort(key=_number)
    return await name_presses(connection, found[:limit] if after_id else found[-limit:])


async def list_ids(connection: Connection, conversation_id: int) -> tuple[int, ...]:
    """Return a conversation and the other thread it is read with."""
    link = await cases.find_last(connection, conversation_id)
    beside = link.beside(conversation_id) if link else None
    return (conversation_id,) if beside is None else (conversation_id, beside)


async def find_places(connection: Connection, conversation_ids: Sequence[int]) -> Mapping[int, str]:
    """Return how to say where each thread of a page stands, if there are two; nothing of one alone."""
    link = await cases.find_last(connection, conversation_ids[0])
    if link is None:
        return {}
    here, there = ("chat", "mail") if link.how is How.MAIL else ("public", "private")
    named = {link.public_id: say(f"desk.case_{here}")}
    return named if link.private_id is None else named | {link.private_id: say(f"desk.case_{there}")}


def _number(message: Message) -> int:
    return message.id
