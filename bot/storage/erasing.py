"""Erasing: everything that says who a contact is, or what was said with them, in one transaction.

What stays is what the ledger counts: conversations and messages without a word, without an id, of nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, Integer, Interval, Text

from bot.storage.erased_ids import digest_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import timedelta

    from sqlalchemy import TextClause

    from bot.storage.connection import AsyncConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """How much is there of some contacts."""

    contacts: int = 0
    conversations: int = 0
    messages: int = 0
    files: int = 0


def _of(statement: str, *names: str) -> TextClause:
    """Return a statement about contacts (`:contacts`) or their conversations (`:ids`)."""
    return text(statement).bindparams(*(bindparam(name, type_=ARRAY(BigInteger)) for name in names))


_FIND = text(
    """
    SELECT contact_id FROM (
        SELECT h.contact_id, 1 AS rank FROM handle h JOIN account a ON a.id = h.account_id
        WHERE a.channel = :channel AND a.name = :account AND h.native_id = :native_id
        UNION ALL
        SELECT c.contact_id, 2 FROM conversation c JOIN account a ON a.id = c.account_id
        WHERE a.channel = :channel AND a.name = :account AND c.key = :native_id AND c.erased_at IS NULL
        UNION ALL
        SELECT c.contact_id, 3 FROM known_id i JOIN account a ON a.id = i.account_id
        JOIN conversation c ON c.account_id = i.account_id AND c.key = i.key AND c.erased_at IS NULL
        WHERE a.channel = :channel AND a.name = :account AND i.native_id = :native_id
    ) found ORDER BY rank LIMIT 1
    """,
).bindparams(*(bindparam(name, type_=Text) for name in ("channel", "account", "native_id")))


async def find_contact(connection: AsyncConnection, channel: str, account: str, native_id: str) -> int | None:
    """Return whose id this is on an account, also by one of their other ids, or by their thread's key."""
    values = {"channel": channel, "account": account, "native_id": native_id}
    found = (await connection.execute(_FIND, values)).scalar_one_or_none()
    return None if found is None else int(found)


# Whoever is known by nothing but mails that answered in the chats of these contacts.
_MAILED = _of(
    """
    SELECT DISTINCT m.contact_id FROM thread_link t JOIN conversation m ON m.id = t.private_id
    WHERE t.contact_id = ANY(:contacts) AND t.how = 'mail' AND NOT EXISTS (
        SELECT FROM conversation o WHERE o.contact_id = m.contact_id AND o.erased_at IS NULL
            AND NOT EXISTS (SELECT FROM thread_link l WHERE l.private_id = o.id AND l.how = 'mail'
                AND l.contact_id = ANY(:contacts)))
    """,
    "contacts",
)


async def list_with_mailed(connection: AsyncConnection, contact_ids: Collection[int]) -> list[int]:
    """Return contacts, with those who are only there because an answer in a chat of theirs was mailed."""
    mailed = (await connection.execute(_MAILED, {"contacts": sorted(contact_ids)})).scalars()
    return sorted({*contact_ids, *mailed})


_COUNT = _of(
    """
    SELECT (SELECT count(*) FROM contact WHERE id = ANY(:contacts)) AS contacts,
        (SELECT count(*) FROM conversation WHERE id = ANY(:ids)) AS conversations,
        (SELECT count(*) FROM message WHERE conversation_id = ANY(:ids)) AS messages,
        (SELECT count(*) FROM media d JOIN message m ON m.id = d.message_id
            WHERE m.conversation_id = ANY(:ids))
        + (SELECT count(*) FROM outgoing_file WHERE conversation_id = ANY(:ids)) AS files
    """,
    "contacts",
    "ids",
)
# With the mails that answered in somebody's chat, whoever has the address: they quote what was said there.
_CONVERSATIONS = """
    SELECT id FROM conversation WHERE erased_at IS NULL AND (contact_id = ANY(:contacts) OR id IN (
        SELECT private_id FROM thread_link WHERE contact_id = ANY(:contacts) AND how = 'mail'))
    ORDER BY id
"""
_LIST = _of(_CONVERSATIONS, "contacts")
# First what they have, as whoever acts in a conversation does, then the contacts, which keeps new
# conversations of theirs from being opened, then those that were opened in between.
_LOCK_CONTACTS = _of("SELECT id FROM contact WHERE id = ANY(:contacts) ORDER BY id FOR UPDATE", "contacts")
_LOCK = _of(f"{_CONVERSATIONS} FOR UPDATE", "contacts")


async def count_all(connection: AsyncConnection, contact_ids: Collection[int]) -> Amounts:
    """Return how much there is of contacts."""
    contacts = sorted(contact_ids)
    ids = list((await connection.execute(_LIST, {"contacts": contacts})).scalars())
    return await _count(connection, contacts, ids)


async def _count(connection: AsyncConnection, contacts: list[int], ids: list[int]) -> Amounts:
    row = (await connection.execute(_COUNT, {"contacts": contacts, "ids": ids})).one()
    return Amounts(
        contacts=row.contacts, conversations=row.conversations, messages=row.messages, files=row.files
    )


async def lock_all(connection: AsyncConnection, contact_ids: Collection[int]) -> list[int]:
    """Lock contacts and all their conversations until the transaction ends; returns those conversations."""
    contacts = {"contacts": sorted(contact_ids)}
    await connection.execute(_LOCK, contacts)
    await connection.execute(_LOCK_CONTACTS, contacts)
    return list((await connection.execute(_LOCK, contacts)).scalars())


# A row of its own for every file, as long as one may be in the store; then what holds words, then what says
# who it was. A message that waited for an answer needs none any more: it is counted so.
_ERASE = (
    """INSERT INTO erased_file (message_id)
        SELECT DISTINCT d.message_id FROM media d JOIN message m ON m.id = d.message_id
        WHERE m.conversation_id = ANY(:ids) ON CONFLICT DO NOTHING""",
    "DELETE FROM media d USING message m WHERE m.id = d.message_id AND m.conversation_id = ANY(:ids)",
    """UPDATE outgoing_file SET conversation_id = NULL, message_id = NULL, name = '', due_at = now()
        WHERE conversation_id = ANY(:ids)""",
    """DELETE FROM triage_correction t USING message m
        WHERE m.id = t.message_id AND m.conversation_id = ANY(:ids)""",
    "DELETE FROM proposal WHERE conversation_id = ANY(:ids)",
    "DELETE FROM left_alone WHERE conversation_id = ANY(:ids)",
    "DELETE FROM left_address WHERE conversation_id = ANY(:ids)",
    "DELETE FROM outbox WHERE conversation_id = ANY(:ids)",
    "DELETE FROM tracker WHERE conversation_id = ANY(:ids)",
    "DELETE FROM turn WHERE conversation_id = ANY(:ids)",
    "DELETE FROM timer WHERE conversation_id = ANY(:ids)",
    """UPDATE handoff SET summary = '', closed_at = coalesce(closed_at, now())
        WHERE conversation_id = ANY(:ids)""",
    "DELETE FROM thread_link WHERE public_id = ANY(:ids) OR private_id = ANY(:ids)",
    # By the digest of its id a message that its platform sends again is known for what it was.
    f"""UPDATE message SET content = '{{}}', metadata = '{{}}', target_id = NULL, platform_at = NULL,
            event_id = CASE WHEN event_id NOT LIKE 'own:%' THEN {digest_of("event_id")} END,
            settled = CASE settled WHEN 'waiting' THEN 'not_needed' ELSE settled END
        WHERE conversation_id = ANY(:ids)""",  # noqa: S608 - a constant
    """DELETE FROM known_id i USING conversation c
        WHERE c.id = ANY(:ids) AND i.account_id = c.account_id AND i.key = c.key""",
    """UPDATE conversation SET key = 'erased:' || gen_random_uuid(), reply_context = '{}', pull = FALSE,
            status = 'resolved', staff_id = NULL, attention = NULL, resumed = FALSE, erased_at = now(),
            answer_due_at = NULL, answer_leased_until = NULL, answer_attempts = 0,
            answer_token = answer_token + 1,
            deliver_due_at = NULL, deliver_leased_until = NULL, deliver_token = deliver_token + 1
        WHERE id = ANY(:ids)""",
)
_FORGET = (
    """DELETE FROM known_id i USING handle h
        WHERE h.contact_id = ANY(:contacts) AND i.account_id = h.account_id AND i.native_id = h.native_id""",
    "DELETE FROM handle WHERE contact_id = ANY(:contacts)",
    "DELETE FROM contact_fact WHERE contact_id = ANY(:contacts)",
    "DELETE FROM same_person WHERE contact_a = ANY(:contacts) OR contact_b = ANY(:contacts)",
    "DELETE FROM thread_link WHERE contact_id = ANY(:contacts)",
    "UPDATE contact SET name = NULL, locale = NULL, erased_at = now() WHERE id = ANY(:contacts)",
)


async def erase_all(
    connection: AsyncConnection, contact_ids: Collection[int], conversation_ids: Collection[int]
) -> Amounts:
    """Erase contacts and conversations that `lock_all` has locked; returns how much that was."""
    contacts, ids = sorted(contact_ids), sorted(conversation_ids)
    amounts = await _count(connection, contacts, ids)
    for statement in _ERASE:
        await connection.execute(_of(statement, "ids"), {"ids": ids})
    for statement in _FORGET:
        await connection.execute(_of(statement, "contacts"), {"contacts": contacts})
    return amounts


_NOTE = text(
    """
    INSERT INTO erasure (staff_id, contacts, conversations, messages, files)
    VALUES (:staff_id, :contacts, :conversations, :messages, :files)
    """,
).bindparams(bindparam("staff_id", type_=BigInteger))


async def note_erasure(connection: AsyncConnection, amounts: Amounts, staff_id: int | None) -> None:
    """Write down that somebody was erased, by whom, and how much it was."""
    values = {
        "staff_id": staff_id,
        "contacts": amounts.contacts,
        "conversations": amounts.conversations,
        "messages": amounts.messages,
        "files": amounts.files,
    }
    await connection.execute(_NOTE, values)


_TAKE_FILES = text(
    """
    SELECT message_id FROM erased_file WHERE due_at <= clock_timestamp()
    ORDER BY due_at LIMIT :most FOR UPDATE SKIP LOCKED
    """,
).bindparams(bindparam("most", type_=Integer))
_DROP_DONE = _of("DELETE FROM erased_file WHERE message_id = ANY(:ids) AND rounds <= 1", "ids")
_LOOK_AGAIN = _of(
    """
    UPDATE erased_file SET rounds = rounds - 1, due_at = clock_timestamp() + :pause
    WHERE message_id = ANY(:ids)
    """,
    "ids",
).bindparams(bindparam("pause", type_=Interval))


async def take_files(connection: AsyncConnection, *, most: int) -> list[int]:
    """Return messages whose files have to go, ours until the transaction ends."""
    return list((await connection.execute(_TAKE_FILES, {"most": most})).scalars())


async def settle_files(
    connection: AsyncConnection, message_ids: Collection[int], *, pause: timedelta
) -> None:
    """Write down that their files are gone: once more after a pause, then for good."""
    ids = sorted(message_ids)
    await connection.execute(_DROP_DONE, {"ids": ids})
    await connection.execute(_LOOK_AGAIN, {"ids": ids, "pause": pause})
