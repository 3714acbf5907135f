"""What goes over from a public thread to the private one, and cases that were left half put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import BigInteger

from bot.domain.case import PublicPart
from bot.storage.content import dump_content

if TYPE_CHECKING:
    from datetime import datetime

    from bot.domain.case import ThreadLink
    from bot.domain.handoff import HandoffRequest
    from bot.domain.message import Content
    from bot.storage.connection import AsyncConnection
    from bot.storage.database import AnyConnection

_BOTH = {"public_id": BigInteger, "private_id": BigInteger}


def _moving(sql: str) -> list[str]:
    return [part.strip() for part in sql.split(";") if part.strip()]


# One entry for a case. Where both threads have one, the private one stays, as early and as urgent as both.
# First the timers, as the clock does: locks in another order could wait for each other.
_HANDOFF = _moving(
    """
    UPDATE timer t SET due_at = least(t.due_at, p.due_at) FROM timer p
    WHERE t.conversation_id = :private_id AND t.done_at IS NULL AND t.kind = :kind
        AND p.conversation_id = :public_id AND p.done_at IS NULL AND p.kind = :kind;
    UPDATE timer SET done_at = now()
    WHERE conversation_id = :public_id AND done_at IS NULL AND kind = :kind
        AND EXISTS (SELECT FROM handoff WHERE conversation_id = :private_id AND closed_at IS NULL);
    UPDATE timer SET conversation_id = :private_id
    WHERE conversation_id = :public_id AND done_at IS NULL AND kind = :kind;
    UPDATE handoff q SET deadline_at = least(q.deadline_at, p.deadline_at),
        created_at = least(q.created_at, p.created_at),
        taken_at = coalesce(q.taken_at, p.taken_at), taken_by = coalesce(q.taken_by, p.taken_by),
        priority = CASE WHEN 'urgent' IN (p.priority, q.priority) THEN 'urgent'
            WHEN 'high' IN (p.priority, q.priority) THEN 'high' ELSE q.priority END
    FROM handoff p
    WHERE q.conversation_id = :private_id AND q.closed_at IS NULL
        AND p.conversation_id = :public_id AND p.closed_at IS NULL;
    UPDATE handoff SET closed_at = now()
    WHERE conversation_id = :public_id AND closed_at IS NULL
        AND EXISTS (SELECT FROM handoff WHERE conversation_id = :private_id AND closed_at IS NULL);
    UPDATE handoff SET conversation_id = :private_id
    WHERE conversation_id = :public_id AND closed_at IS NULL
    """
)


async def move_handoff(connection: AnyConnection, public_id: int, private_id: int, *, timer: str) -> None:
    """Let the place in the queue go over to the private conversation; both must be locked."""
    for statement in _HANDOFF:
        names = {"public_id": public_id, "private_id": private_id, "kind": timer}
        given = {name: value for name, value in names.items() if f":{name}" in statement}
        await connection.execute(text(statement), given)


_TRACKER = text(
    """
    WITH taken AS (DELETE FROM tracker WHERE conversation_id = :public_id RETURNING state)
    INSERT INTO tracker (conversation_id, state, updated_at) SELECT :private_id, state, now() FROM taken
    ON CONFLICT (conversation_id) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at
    """,
)


# A turn under way there began with what was remembered before, and would write that over what comes now.
_BEGIN_ANEW = text(
    """
    UPDATE conversation SET answer_token = answer_token + 1, answer_leased_until = NULL,
        answer_attempts = 0
    WHERE id = :private_id AND EXISTS (SELECT FROM tracker WHERE conversation_id = :public_id)
    """,
)


async def move_tracker(connection: AnyConnection, public_id: int, private_id: int) -> None:
    """Let the bot go on in private where it stopped in public; both must be locked.

    What it computes in private at this moment is refused, and has to be computed anew.
    """
    values = {"public_id": public_id, "private_id": private_id}
    await connection.execute(_BEGIN_ANEW, values)
    await connection.execute(_TRACKER, values)


_SPOKEN = text("SELECT EXISTS (SELECT FROM turn WHERE conversation_id = :id AND created_at > :since)")


async def has_spoken_since(connection: AnyConnection, conversation_id: int, since: datetime) -> bool:
    """Tell whether the bot had a turn in a conversation after a moment: what it remembers there is newer."""
    found = await connection.execute(_SPOKEN, {"id": conversation_id, "since": since})
    return bool(found.scalar_one())


_QUEUE = text(
    """
    UPDATE conversation SET status = 'queued', staff_id = NULL, answer_due_at = NULL,
        answer_leased_until = NULL, answer_attempts = 0, answer_token = answer_token + 1
    WHERE id = :id
    """,
)


async def queue_conversation(connection: AnyConnection, conversation_id: int) -> None:
    """Let a conversation wait for a person: the bot is silent there, whatever it computes at this moment."""
    await connection.execute(_QUEUE, {"id": conversation_id})


_ENTER = text(
    """
    INSERT INTO handoff (conversation_id, reason, priority, queue, summary, deadline_at)
    VALUES (:id, :reason, :priority, :queue, :summary, :deadline_at)
    ON CONFLICT (conversation_id) WHERE closed_at IS NULL DO NOTHING RETURNING id
    """,
)


async def enter_queue(
    connection: AnyConnection, conversation_id: int, request: HandoffRequest, deadline_at: datetime
) -> bool:
    """Open a handoff of a locked conversation; False where one is open already."""
    values = {
        "id": conversation_id,
        "reason": request.reason,
        "priority": request.priority.value,
        "queue": request.queue,
        "summary": request.summary,
        "deadline_at": deadline_at,
    }
    return (await connection.execute(_ENTER, values)).one_or_none() is not None


# Only what nobody sent yet. It is said now: a promise of this commit counts as one of its entry's
# (`outbox.withdraw_replies`), and leaves though a person takes the conversation first.
_REWORD = text(
    """
    UPDATE message SET content = :content, created_at = now()
    WHERE id = :id AND EXISTS (SELECT FROM outbox WHERE message_id = :id AND state = 'pending')
    RETURNING id
    """,
).bindparams(bindparam("content", type_=JSONB))


async def reword(connection: AnyConnection, message_id: int, content: Content) -> bool:
    """Say something else in place of a message that waits to leave; False where it does not wait."""
    values = {"id": message_id, "content": dump_content(content)}
    return (await connection.execute(_REWORD, values)).one_or_none() is not None


_TAKE_BACK = text(
    """
    UPDATE outbox SET state = 'failed', error_class = 'taken_over',
        error_detail = 'it tells of a private message that did not arrive, and the case was resolved',
        updated_at = now()
    WHERE message_id = :id AND state = 'pending'
    """,
)


async def take_back_word(connection: AnyConnection, message_id: int) -> None:
    """Let a public word never leave that would be untrue, and that nobody needs any more."""
    await connection.execute(_TAKE_BACK, {"id": message_id})


_REFUSED = text("UPDATE thread_link SET how = 'link', private_key = NULL WHERE id = :id")


async def lead_by_link(connection: AnyConnection, link_id: int) -> None:
    """The private message did not arrive: the public word shows the way."""
    await connection.execute(_REFUSED, {"id": link_id})


# Of staff's own words in public, the word told by the bot, and a private message by staff all count as told.
_PART = text(
    """
    SELECT EXISTS (
            SELECT FROM message m JOIN outbox o ON o.message_id = m.id
            WHERE m.conversation_id = c.id AND m.id >= :began_id AND m.author IN ('bot', 'staff')
                AND NOT m.content ? 'private' AND o.state IN ('sent', 'delivered', 'read', 'partial')
        ) AS told,
        EXISTS (
            SELECT FROM message b JOIN message d ON d.conversation_id = c.id AND d.kind = 'delete'
                AND d.target_id = b.event_id WHERE b.id = :began_id
        ) AS deleted,
        coalesce(last.author = 'contact' AND last.id > :began_id, FALSE) AS unanswered,
        clock_timestamp() - coalesce(heard.platform_at, heard.created_at) AS heard_ago
    FROM conversation c
    LEFT JOIN LATERAL (
        SELECT id, author FROM message m WHERE m.conversation_id = c.id
            AND (m.kind IN ('text', 'postback', 'media', 'echo')
                OR m.kind = 'unsupported' AND m.settled IS NOT NULL)
            AND NOT m.content ? 'private'
        ORDER BY seq DESC LIMIT 1) last ON TRUE
    LEFT JOIN LATERAL (
        SELECT platform_at, created_at FROM message m WHERE m.conversation_id = c.id
            AND m.author = 'contact'
            AND (m.kind IN ('text', 'postback', 'media') OR m.kind = 'unsupported' AND m.settled IS NOT NULL)
        ORDER BY seq DESC LIMIT 1) heard ON TRUE
    WHERE c.id = :public_id
    """,
)


async def load_public_part(connection: AnyConnection, link: ThreadLink) -> PublicPart:
    """Return how the public thread of a case stands."""
    values = {"public_id": link.public_id, "began_id": link.began_id}
    row = (await connection.execute(_PART, values)).one()
    return PublicPart(told=row.told, deleted=row.deleted, unanswered=row.unanswered, heard_ago=row.heard_ago)


_SETTLE = text("UPDATE message SET settled = 'bot' WHERE id = :id AND settled = 'waiting'")


async def settle_as_answered(connection: AnyConnection, message_id: int) -> None:
    """A contact's message was answered by the bot without a turn."""
    await connection.execute(_SETTLE, {"id": message_id})


# Begun by who works with people now, of whom there are few; a bot's case has nothing to be put together.
_SPLIT = text(
    """
    SELECT t.public_id FROM conversation c
    JOIN thread_link t ON (t.public_id = c.id OR t.private_id = c.id) AND t.closed_at IS NULL
    JOIN conversation o ON o.id = CASE WHEN c.id = t.public_id THEN t.private_id ELSE t.public_id END
    WHERE c.status IN ('queued', 'held') AND (o.status <> c.status OR (
        c.id = t.public_id AND EXISTS (
            SELECT FROM handoff h WHERE h.conversation_id = c.id AND h.closed_at IS NULL)))
    LIMIT :most
    """,
)
# What is older is found when its contact writes again.
_KNOWN = text(
    """
    SELECT t.public_id, c.id AS private_id
    FROM thread_link t JOIN conversation c ON c.account_id = t.account_id AND c.key = t.private_key
    WHERE t.private_id IS NULL AND t.closed_at IS NULL AND t.private_key IS NOT NULL AND c.surface = 'direct'
        AND t.created_at > now() - interval '1 day'
        AND NOT EXISTS (SELECT FROM thread_link o WHERE o.private_id = c.id AND o.closed_at IS NULL)
    LIMIT :most
    """,
)


async def list_split(connection: AsyncConnection, *, most: int = 100) -> list[int]:
    """Return public conversations whose case a person has, or waits for, in one of its threads only."""
    return list((await connection.execute(_SPLIT, {"most": most})).scalars())


async def list_known(connection: AsyncConnection, *, most: int = 100) -> list[tuple[int, int]]:
    """Return (public, private) of what belongs together by its key, and is not linked."""
    rows = await connection.execute(_KNOWN, {"most": most})
    return [(row.public_id, row.private_id) for row in rows]
