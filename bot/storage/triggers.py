"""Triggers: intents that nobody said, in their place in the stream of a conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import BigInteger

from bot.domain.message import Content, Kind
from bot.domain.trigger import Trigger
from bot.storage.content import dump_content

if TYPE_CHECKING:
    from bot.domain.message import Message
    from bot.storage.database import Connection

# Like a message of the contact it takes its place in the stream and makes an answer due; unlike one it
# is none in the ledger, and opens no conversation that a person closed.
_APPEND = text(
    """
    WITH advanced AS (
        UPDATE conversation SET last_seq = last_seq + 1, inbound_seq = last_seq + 1, answer_due_at = now()
        WHERE id = :conversation_id AND status = 'bot'
        RETURNING id, account_id, last_seq
    )
    INSERT INTO message (conversation_id, account_id, seq, author, kind, content, settled)
    SELECT id, account_id, last_seq, 'system', 'trigger', :content, 'waiting' FROM advanced
    RETURNING id
    """,
).bindparams(bindparam("conversation_id", type_=BigInteger), bindparam("content", type_=JSONB))


async def append_trigger(connection: Connection, conversation_id: int, trigger: Trigger) -> int | None:
    """Have the bot answer a trigger next; returns the id of its entry, None where the bot may not speak."""
    told = {"intent": trigger.intent, "entities": list(trigger.entities), "name": trigger.name}
    content = Content(text=trigger.intent, custom=told)
    values = {"conversation_id": conversation_id, "content": dump_content(content)}
    made: int | None = (await connection.execute(_APPEND, values)).scalar_one_or_none()
    return made


_WITHDRAW = text(
    "UPDATE message SET settled = 'not_needed' WHERE conversation_id = :conversation_id "
    "AND settled = 'waiting' AND kind = 'trigger'"
).bindparams(bindparam("conversation_id", type_=BigInteger))


async def withdraw_triggers(connection: Connection, conversation_id: int) -> None:
    """Let nothing come of triggers that the bot did not answer yet: a person has the conversation."""
    await connection.execute(_WITHDRAW, {"conversation_id": conversation_id})


def read_trigger(message: Message) -> Trigger | None:
    """Return what an entry of the stream triggers; None for what somebody said."""
    if message.kind is not Kind.TRIGGER or message.content.custom is None:
        return None
    told: Any = message.content.custom
    return Trigger(intent=told["intent"], entities=tuple(told["entities"]), name=told["name"])
