"""Know echo: tell what we sent ourselves from what the brand's people wrote in the platform's own app.

Most platforms say which app an echo is of; Instagram does not always. There an echo under the id of a
message that left is ours, and so is one that says what is on its way right now: it may be faster than
the answer to the send. Taken for a person's word it would silence the bot. Under posts no app is ever named,
and what answers an answer is told as one to the comment above both, which may be somebody else's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.conversation import Surface
from bot.storage import conversations
from bot.storage.echoes import list_left, list_left_alone, list_left_in_public

if TYPE_CHECKING:
    from bot.connector import InboundEvent
    from bot.domain.message import Content
    from bot.service.road import Road
    from bot.storage.echoes import Left

SOME_WORDS = 20  # characters: fewer may stand in any text


async def find_own_echo(road: Road, account_id: int, event: InboundEvent) -> int | None:
    """Return the conversation of an echo of what we sent; None for a person's word."""
    async with road.database.read() as connection:
        known = await conversations.find_conversation_id(connection, account_id, event.conversation_key)
        left = await list_left(connection, known, event.event_id) if known is not None else []
        if known is not None and any(is_of(each, event.content) for each in left):
            return known
        # What was said to the author of a post alone stands with the post, and its echo in private.
        for public_id, alone in await list_left_alone(connection, account_id, event.event_id):
            if is_of(alone, event.content):
                return public_id
        if event.surface is not Surface.PUBLIC:
            return None
        for public_id, said in await list_left_in_public(connection, account_id, event.event_id):
            if is_of_another(said, event.content):
                return public_id
    return None


def is_of(left: Left, echo: Content) -> bool:
    """Tell whether an echo is of a message: by its id, else by its words, be they a part or more of them.

    Buttons and files add lines to a text; a picture or a template has no words of its own. A few words begin
    many a person's, too.
    """
    said, heard = _words_of(left.content), _words_of(echo)
    if left.same:
        return True
    if not heard:
        return bool(left.content.image or left.content.buttons or left.content.custom)
    a_part = len(heard) >= SOME_WORDS and heard in said
    more = len(said) >= SOME_WORDS or (said and (left.content.buttons or left.content.attachments))
    return heard == said or a_part or bool(more and said in heard)


def is_of_another(left: Left, echo: Content) -> bool:
    """Tell as `is_of` of a message to somebody else: a few words in common tell nothing then."""
    few = min(len(_words_of(left.content)), len(_words_of(echo))) < SOME_WORDS
    if left.same or not few:
        return is_of(left, echo)
    return _words_of(left.content) == _words_of(echo) != ""


def _words_of(content: Content) -> str:
    return " ".join(content.text.split())
