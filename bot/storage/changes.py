"""What contacts change and take back of what they said. Platforms tell it late, again and out of order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import BigInteger, Text

from bot.domain.message import KEPT_AWAY, UNSEEN
from bot.storage.content import dump_content, load_content
from bot.storage.erased_ids import digest_of

if TYPE_CHECKING:
    from bot.connector import InboundEvent
    from bot.domain.message import Content
    from bot.storage.connection import AsyncConnection

_REPLACE = (
    text(
        """
    WITH before AS (
        SELECT id, content FROM message
        WHERE conversation_id = :conversation_id AND event_id = :target_id AND revision = 0
            AND NOT EXISTS (
                SELECT FROM message later
                WHERE later.conversation_id = :conversation_id AND later.target_id = :target_id
                    AND later.kind = 'edit' AND later.revision > :revision)
        FOR UPDATE
    )
    UPDATE message SET content = :content FROM before WHERE message.id = before.id
    RETURNING message.id, before.content
    """,
    )
    .bindparams(bindparam("content", type_=JSONB))
    .columns(content=JSONB)
)


async def replace_content(
    connection: AsyncConnection, conversation_id: int, edit: InboundEvent
) -> tuple[int, Content] | None:
    """Put an edit's content in place of what it edits, unless a later edit was told before.

    Returns the message's id, and what it said until now; None where nothing was replaced.
    """
    values = {"conversation_id": conversation_id, "target_id": edit.target_id, "revision": edit.revision}
    found = await connection.execute(_REPLACE, {**values, "content": dump_content(edit.content)})
    row = found.one_or_none()
    return (int(row.id), load_content(row.content)) if row else None


_TAKEN_BACK = text(
    """
    SELECT EXISTS (
        SELECT FROM message
        WHERE conversation_id = :conversation_id AND target_id = :target_id AND kind = 'delete')
    """,
)


async def was_taken_back(connection: AsyncConnection, conversation_id: int, target_id: str) -> bool:
    """Tell whether the deletion of a message was told."""
    values = {"conversation_id": conversation_id, "target_id": target_id}
    return bool((await connection.execute(_TAKEN_BACK, values)).scalar_one())


_KNOWN = text(
    f"""
    SELECT EXISTS (
        SELECT FROM message WHERE account_id = :account_id AND revision = 0
            AND event_id IN (:target_id, {digest_of(":target_id")})
    )
    """,  # noqa: S608 - constants
).bindparams(bindparam("account_id", type_=BigInteger), bindparam("target_id", type_=Text))


async def is_known(connection: AsyncConnection, account_id: int, target_id: str) -> bool:
    """Tell whether we were told of a message before: itself, that it is gone, or that its writer is."""
    values = {"account_id": account_id, "target_id": target_id}
    return bool((await connection.execute(_KNOWN, values)).scalar_one())


_TAKE_BACK = text(
    """
    UPDATE message SET content = '{}'
    WHERE conversation_id = :conversation_id
        AND ((event_id = :target_id AND revision = 0) OR (target_id = :target_id AND kind = 'edit'))
    RETURNING id
    """,
)


async def take_back(connection: AsyncConnection, conversation_id: int, target_id: str) -> list[int]:
    """Empty a message and all that it was changed to; returns their ids, the files of which may go."""
    values = {"conversation_id": conversation_id, "target_id": target_id}
    return list((await connection.execute(_TAKE_BACK, values)).scalars().all())


_KEEP_AWAY = text(
    f"""
    WITH place AS (
        UPDATE conversation SET last_seq = last_seq + 1
        WHERE id = :conversation_id
            AND NOT EXISTS (
                SELECT FROM message
                WHERE account_id = :account_id AND event_id IN (:target_id, {digest_of(":target_id")}))
            AND NOT EXISTS (
                SELECT FROM outbox
                WHERE conversation_id = :conversation_id AND native_ids @> ARRAY[CAST(:target_id AS text)])
        RETURNING last_seq
    )
    INSERT INTO message (conversation_id, account_id, seq, author, kind, event_id, content, metadata)
    SELECT :conversation_id, :account_id, last_seq, 'contact', 'delete', :target_id, '{{}}',
        jsonb_build_object('{KEPT_AWAY}', TRUE)
    FROM place
    ON CONFLICT (account_id, event_id, revision) DO NOTHING
    RETURNING id
    """,  # noqa: S608 - constants
).bindparams(
    bindparam("account_id", type_=BigInteger),
    bindparam("conversation_id", type_=BigInteger),
    bindparam("target_id", type_=Text),
)


async def keep_away(
    connection: AsyncConnection, account_id: int, conversation_id: int, target_id: str
) -> bool:
    """Take the place of a message that was taken back before we saw it: it may still come.

    Nobody is shown that place, and it is nothing that anybody said. Returns whether it was taken: not for
    a message of ours, which its platform names alike.
    """
    values = {"conversation_id": conversation_id, "account_id": account_id, "target_id": target_id}
    return (await connection.execute(_KEEP_AWAY, values)).one_or_none() is not None


_NOTE_UNSEEN = text(
    f"""
    UPDATE message SET metadata = metadata || jsonb_build_object('{UNSEEN}', TRUE)
    WHERE conversation_id = :conversation_id AND event_id = :event_id AND revision = :revision
        AND NOT EXISTS (
            SELECT FROM outbox
            WHERE conversation_id = :conversation_id AND native_ids @> ARRAY[CAST(target_id AS text)])
    """,  # noqa: S608 - constants
)


async def note_unseen(connection: AsyncConnection, conversation_id: int, event: InboundEvent) -> None:
    """Note of an edit or a deletion that what it speaks about was never told to us."""
    values = {"conversation_id": conversation_id, "event_id": event.event_id, "revision": event.revision}
    await connection.execute(_NOTE_UNSEEN, values)
