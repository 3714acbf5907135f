"""Files that customers sent: noted with their message, fetched by one process at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.types import Interval

from bot.domain.media import MediaFile, MediaState
from bot.domain.message import Attachment
from bot.storage.content import load_content
from bot.storage.tables import media

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from bot.domain.message import Content
    from bot.storage.connection import AsyncConnection
    from bot.storage.rows import AnyRow

# A place, a card, what may only be looked at where it lies, what is elsewhere or a number: nothing to fetch.
_NO_FILES = ("geo:", "tel:", "story:", "link:", "product:", "sticker:")


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedFile:
    """A file that is to be fetched now, of which account, and at which try.

    `key` is where it lies already: then its author took the message back, and it has to go. `until` is when
    others may take it; whoever changes what is to be done with it changes that, too.
    """

    message_id: int
    number: int
    conversation_id: int
    channel: str
    account: str
    attachment: Attachment
    attempts: int
    until: datetime
    key: str = ""


def has_files(content: Content) -> bool:
    """Tell whether there is anything to fetch in a message."""
    return any(_is_file(each) for each in content.attachments)


def _is_file(attachment: Attachment) -> bool:
    return bool(attachment.ref) and not attachment.ref.startswith(_NO_FILES)


async def note_files(connection: AsyncConnection, message_id: int, content: Content) -> None:
    """Note the files of a message, to be fetched at once."""
    rows = [
        {"message_id": message_id, "number": number}
        for number, attachment in enumerate(content.attachments)
        if _is_file(attachment)
    ]
    if rows:
        await connection.execute(
            insert(media).values([{**row, "due_at": text("now()")} for row in rows]).on_conflict_do_nothing()
        )


_TAKE = (
    text(
        """
    WITH taken AS (
        UPDATE media SET due_at = clock_timestamp() + :lease, attempts = attempts + 1
        WHERE (message_id, number) IN (
            SELECT message_id, number FROM media
            WHERE state = 'waiting' AND due_at <= clock_timestamp()
            ORDER BY due_at LIMIT :most FOR UPDATE SKIP LOCKED)
        RETURNING message_id, number, attempts, due_at, key
    )
    SELECT t.message_id, t.number, t.attempts, t.due_at, t.key, m.conversation_id, m.content,
        a.channel, a.name AS account
    FROM taken t JOIN message m ON m.id = t.message_id JOIN account a ON a.id = m.account_id
    ORDER BY t.message_id, t.number
    """,
    )
    .bindparams(bindparam("lease", type_=Interval))
    .columns(content=JSONB)
)


async def take_due(connection: AsyncConnection, *, lease: timedelta, most: int) -> list[WantedFile]:
    """Take files that are to be fetched; whoever dies leaves them to others after `lease`."""
    rows = (await connection.execute(_TAKE, {"lease": lease, "most": most})).all()
    return [_to_wanted(row) for row in rows]


def _to_wanted(row: AnyRow) -> WantedFile:
    attachments = load_content(row.content).attachments
    return WantedFile(
        message_id=row.message_id,
        number=row.number,
        conversation_id=row.conversation_id,
        channel=row.channel,
        account=row.account,
        # A message that was deleted meanwhile has none any more.
        attachment=attachments[row.number] if row.number < len(attachments) else Attachment(kind="", ref=""),
        attempts=row.attempts,
        until=row.due_at,
        key=row.key,
    )


_SETTLE = text(
    """
    UPDATE media SET state = :state, mime = :mime, size = :size, key = :key, reason = :reason
    WHERE message_id = :message_id AND number = :number AND state = 'waiting' AND due_at = :until
    RETURNING number
    """,
)


async def settle_file(connection: AsyncConnection, wanted: WantedFile, file: MediaFile) -> bool:
    """Write down what has become of a file.

    False where somebody else did, or its message is gone, or says something else by now.
    """
    values = {
        "until": wanted.until,
        "message_id": file.message_id,
        "number": file.number,
        "state": file.state.value,
        "mime": file.mime,
        "size": file.size,
        "key": file.key,
        "reason": file.reason,
    }
    return (await connection.execute(_SETTLE, values)).one_or_none() is not None


_LATER = text(
    """
    UPDATE media SET due_at = clock_timestamp() + :pause, reason = :reason
    WHERE message_id = :message_id AND number = :number AND state = 'waiting' AND due_at = :until
    """,
).bindparams(bindparam("pause", type_=Interval))


async def try_later(
    connection: AsyncConnection, wanted: WantedFile, *, pause: timedelta, reason: str
) -> None:
    """Have a file fetched again after a pause."""
    values = {
        "message_id": wanted.message_id,
        "number": wanted.number,
        "until": wanted.until,
        "pause": pause,
        "reason": reason,
    }
    await connection.execute(_LATER, values)


async def list_files(
    connection: AsyncConnection, message_ids: Sequence[int]
) -> Mapping[tuple[int, int], MediaFile]:
    """Return what has become of the files of messages, by (message, number)."""
    rows = (await connection.execute(select(media).where(media.c.message_id.in_(message_ids)))).all()
    return {(row.message_id, row.number): _to_file(row) for row in rows}


_DROP = text(
    "UPDATE media SET state = 'waiting', due_at = now(), attempts = 0 WHERE message_id = :message_id",
)


async def drop_files(connection: AsyncConnection, message_id: int) -> None:
    """Have the files of a message that its author took back deleted: whoever takes them next does it."""
    await connection.execute(_DROP, {"message_id": message_id})


_FOLLOW = text(
    """
    UPDATE media SET state = 'waiting', due_at = now(), attempts = 0
    WHERE message_id = :message_id AND number = ANY(:numbers)
    """,
)


async def follow_edit(connection: AsyncConnection, message_id: int, before: Content, after: Content) -> None:
    """Have the files of a message that its author changed be those that it has now, and others deleted."""
    old, new = before.attachments, after.attachments
    changed = [number for number, each in enumerate(old) if new[number : number + 1] != (each,)]
    if changed:
        await connection.execute(_FOLLOW, {"message_id": message_id, "numbers": changed})
    await note_files(connection, message_id, after)


def _to_file(row: AnyRow) -> MediaFile:
    return MediaFile(
        message_id=row.message_id,
        number=row.number,
        state=MediaState(row.state),
        mime=row.mime,
        size=row.size,
        key=row.key,
        reason=row.reason,
    )
