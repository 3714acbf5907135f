"""Files that staff send: brought before the message, sent with it, deleted with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, Interval

from bot.domain.media import MediaFile, MediaState, OutgoingFile
from bot.storage.tables import outgoing_file

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

    from bot.storage.connection import AsyncConnection
    from bot.storage.rows import AnyRow

_IDS = bindparam("ids", type_=ARRAY(BigInteger))

_ADD = text(
    """
    INSERT INTO outgoing_file (conversation_id, staff_id, name, mime, size, key, due_at)
    SELECT id, :staff_id, :name, :mime, :size, :key, clock_timestamp() + :life
    FROM conversation WHERE id = :conversation_id
    RETURNING id
    """,
).bindparams(bindparam("life", type_=Interval))


async def add_file(
    connection: AsyncConnection, conversation_id: int, staff_id: int, file: OutgoingFile, *, life: timedelta
) -> int | None:
    """Note a file that somebody is about to send, for as long as `life`; its id, None without a conversation.

    `file` has no id yet.
    """
    values = {"conversation_id": conversation_id, "staff_id": staff_id, "life": life}
    values |= {"name": file.name, "mime": file.mime, "size": file.size, "key": file.key}
    made = (await connection.execute(_ADD, values)).scalar_one_or_none()
    return None if made is None else int(made)


_COUNT = text("SELECT count(*) FROM outgoing_file WHERE staff_id = :staff_id AND state = 'unsent'")


async def count_unsent(connection: AsyncConnection, staff_id: int) -> int:
    """Return how many files somebody has brought and not sent."""
    return int((await connection.execute(_COUNT, {"staff_id": staff_id})).scalar_one())


_BROUGHT = text(
    """
    SELECT * FROM outgoing_file
    WHERE id = ANY(:ids) AND staff_id = :staff_id AND conversation_id = :conversation_id AND state <> 'going'
    FOR UPDATE
    """,
).bindparams(_IDS)


async def lock_brought(
    connection: AsyncConnection, conversation_id: int, staff_id: int, ids: Sequence[int]
) -> list[OutgoingFile]:
    """Return those of a person's files for a conversation that are there, in the order of `ids`."""
    values = {"ids": list(ids), "staff_id": staff_id, "conversation_id": conversation_id}
    found = {row.id: _to_file(row) for row in (await connection.execute(_BROUGHT, values)).all()}
    return [found[each] for each in dict.fromkeys(ids) if each in found]


_SENT = text(
    """
    UPDATE outgoing_file SET state = 'sent', message_id = :message_id, due_at = clock_timestamp(),
        number = array_position(:ids, id) - 1
    WHERE id = ANY(:ids) AND state = 'unsent' RETURNING id
    """,
).bindparams(_IDS)


async def mark_sent(connection: AsyncConnection, message_id: int, ids: Sequence[int]) -> bool:
    """Make files a message's own, in this order; False where one of them was sent before."""
    distinct = list(dict.fromkeys(ids))
    marked = (await connection.execute(_SENT, {"message_id": message_id, "ids": distinct})).all()
    return len(marked) == len(distinct)


async def get_sent(connection: AsyncConnection, file_id: int) -> OutgoingFile | None:
    """Return a file that belongs to a message; None where there is none, or not any more."""
    statement = select(outgoing_file).where(outgoing_file.c.id == file_id, outgoing_file.c.state == "sent")
    row = (await connection.execute(statement.where(outgoing_file.c.message_id.is_not(None)))).one_or_none()
    return _to_file(row) if row else None


async def get_unsent(connection: AsyncConnection, file_id: int, staff_id: int) -> OutgoingFile | None:
    """Return a file that this person brought and has not sent."""
    statement = select(outgoing_file).where(
        outgoing_file.c.id == file_id,
        outgoing_file.c.staff_id == staff_id,
        outgoing_file.c.state == "unsent",
    )
    row = (await connection.execute(statement)).one_or_none()
    return _to_file(row) if row else None


async def list_sent(
    connection: AsyncConnection, message_ids: Sequence[int]
) -> Mapping[tuple[int, int], MediaFile]:
    """Return the files of messages as customers' files are shown, by (message, number)."""
    statement = select(outgoing_file).where(
        outgoing_file.c.message_id.in_(message_ids), outgoing_file.c.state == "sent"
    )
    rows = (await connection.execute(statement)).all()
    return {(row.message_id, row.number): _to_media(row) for row in rows}


_DROP_UNSENT = text(
    """
    UPDATE outgoing_file SET state = 'going', due_at = clock_timestamp()
    WHERE id = :id AND staff_id = :staff_id AND state = 'unsent'
    """,
)


async def drop_unsent(connection: AsyncConnection, file_id: int, staff_id: int) -> None:
    """Have a file deleted that its writer will not send after all."""
    await connection.execute(_DROP_UNSENT, {"id": file_id, "staff_id": staff_id})


_DROP = text(
    """
    UPDATE outgoing_file SET state = 'going', message_id = NULL, due_at = clock_timestamp()
    WHERE message_id = ANY(:ids)
    """,
).bindparams(_IDS)


async def drop_files(connection: AsyncConnection, message_ids: Sequence[int]) -> None:
    """Have the files of messages deleted whose words are. Those of deleted messages go by themselves."""
    await connection.execute(_DROP, {"ids": list(message_ids)})


_TAKE = text(
    """
    UPDATE outgoing_file SET state = 'going', due_at = clock_timestamp() + :lease
    WHERE id IN (
        SELECT id FROM outgoing_file WHERE message_id IS NULL AND due_at <= clock_timestamp()
        ORDER BY due_at LIMIT :most FOR UPDATE SKIP LOCKED
    )
    RETURNING id, key
    """,
).bindparams(bindparam("lease", type_=Interval))


async def take_ownerless(connection: AsyncConnection, *, lease: timedelta, most: int) -> dict[int, str]:
    """Take files that nobody needs any more, by id with their keys; whoever dies leaves them to others."""
    rows = (await connection.execute(_TAKE, {"lease": lease, "most": most})).all()
    return {row.id: row.key for row in rows}


_FORGET = text("DELETE FROM outgoing_file WHERE id = ANY(:ids) AND state = 'going'").bindparams(_IDS)


async def forget_files(connection: AsyncConnection, ids: Sequence[int]) -> None:
    """Forget files that were deleted."""
    await connection.execute(_FORGET, {"ids": list(ids)})


def _to_file(row: AnyRow) -> OutgoingFile:
    return OutgoingFile(
        id=row.id, name=row.name, mime=row.mime, size=row.size, key=row.key, sent=row.state == "sent"
    )


def _to_media(row: AnyRow) -> MediaFile:
    return MediaFile(
        message_id=row.message_id,
        number=row.number,
        state=MediaState.KEPT,
        mime=row.mime,
        size=row.size,
        key=row.key,
    )
