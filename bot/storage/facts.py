"""Facts about contacts: looked for in new messages, in their order, by one process at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import BigInteger, Integer, Interval, LargeBinary

from bot.desk.contact_facts import Fact, FactKind, Source
from bot.desk.same_person import Held

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import timedelta

    from bot.storage.connection import AsyncConnection

MOST_PER_VALUE = 9  # rows that are read of one value: more than tell that it says nothing
_MOST_PER_CONTACT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message that was not looked through yet. Words, entities and identity are those of a contact alone.

    `ripe`: no message before it can still be on its way into the table, and its turn was committed.
    """

    id: int
    contact_id: int
    theirs: bool
    ripe: bool
    text: str
    identity: Mapping[str, Any]
    entities: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleRow:
    """An id of a contact. `name` is the contact's where the handle has none."""

    contact_id: int
    channel: str
    native_id: str
    name: str | None
    username: str | None


_TAKE_CURSOR = text("SELECT message_id FROM fact_cursor WHERE id = 1 FOR UPDATE SKIP LOCKED")
_MOVE_CURSOR = text("UPDATE fact_cursor SET message_id = :message_id WHERE id = 1").bindparams(
    bindparam("message_id", type_=BigInteger)
)


async def take_cursor(connection: AsyncConnection) -> int | None:
    """Return the last message that was looked through, ours until the transaction ends; None: another's."""
    found = (await connection.execute(_TAKE_CURSOR)).scalar_one_or_none()
    return None if found is None else int(found)


async def move_cursor(connection: AsyncConnection, message_id: int) -> None:
    """Go on after this message next time."""
    await connection.execute(_MOVE_CURSOR, {"message_id": message_id})


# Programs that call the REST API send what metadata they like: only the web chat checks who somebody is.
# A turn's entities stand in its `user` event, of all its words together: the message that gave the turn its
# number brings them, once.
_NEW = (
    text(
        """
    SELECT m.id, c.contact_id, m.author = 'contact' AS theirs,
        m.created_at < now() - :quiet AS ripe,
        CASE WHEN m.author = 'contact' AND m.kind IN ('text', 'edit')
            THEN left(coalesce(m.content ->> 'text', ''), 5000) ELSE '' END AS words,
        CASE WHEN m.author = 'contact' AND a.channel = 'webchat' THEN m.metadata -> 'identity' END
            AS identity,
        CASE WHEN m.author = 'contact' AND m.turn_id = m.id THEN (
            SELECT jsonb_agg(e) FROM turn t
            CROSS JOIN LATERAL jsonb_array_elements(t.events) AS said
            CROSS JOIN LATERAL jsonb_array_elements(CASE
                WHEN jsonb_typeof(said -> 'parse_data' -> 'entities') = 'array'
                THEN said -> 'parse_data' -> 'entities' ELSE '[]'::jsonb END) AS e
            WHERE t.conversation_id = m.conversation_id AND t.id = m.turn_id AND said ->> 'event' = 'user'
        ) END AS entities
    FROM (SELECT * FROM message WHERE id > :after ORDER BY id LIMIT :most) m
    JOIN conversation c ON c.id = m.conversation_id
    JOIN account a ON a.id = m.account_id
    ORDER BY m.id
    """,
    )
    .bindparams(
        bindparam("after", type_=BigInteger),
        bindparam("most", type_=Integer),
        bindparam("quiet", type_=Interval),
    )
    .columns(identity=JSONB, entities=JSONB)
)


async def list_new(
    connection: AsyncConnection, after: int, *, quiet: timedelta, most: int
) -> list[NewMessage]:
    """Return the messages after one, in order; what is younger than `quiet` is not ripe."""
    rows = await connection.execute(_NEW, {"after": after, "most": most, "quiet": quiet})
    return [
        NewMessage(
            id=row.id,
            contact_id=row.contact_id,
            theirs=row.theirs,
            ripe=row.ripe,
            text=row.words,
            identity=row.identity if isinstance(row.identity, dict) else {},
            entities=tuple(_read_entities(row.entities or ())),
        )
        for row in rows
    ]


def _read_entities(given: Iterable[Any]) -> Iterable[tuple[str, str]]:
    for each in given:
        if isinstance(each, dict) and isinstance(each.get("entity"), str):
            value = each.get("value")
            if isinstance(value, str | int) and not isinstance(value, bool):
                yield each["entity"], str(value)


_HANDLES = text(
    """
    SELECT h.contact_id, a.channel, h.native_id, coalesce(h.name, k.name) AS name, h.username
    FROM handle h JOIN account a ON a.id = h.account_id JOIN contact k ON k.id = h.contact_id
    WHERE h.contact_id = ANY(:ids)
    UNION ALL
    SELECT c.contact_id, a.channel, i.native_id, NULL, NULL
    FROM conversation c
    JOIN known_id i ON i.account_id = c.account_id AND i.key = c.key
    JOIN account a ON a.id = c.account_id
    WHERE c.contact_id = ANY(:ids)
    """,
).bindparams(bindparam("ids", type_=ARRAY(BigInteger)))


async def list_handles(connection: AsyncConnection, contact_ids: Collection[int]) -> list[HandleRow]:
    """Return the ids of contacts, also those that one event named together."""
    rows = await connection.execute(_HANDLES, {"ids": sorted(contact_ids)})
    return [
        HandleRow(
            contact_id=row.contact_id,
            channel=row.channel,
            native_id=row.native_id,
            name=row.name,
            username=row.username,
        )
        for row in rows
    ]


# The contact's row is locked: who is being erased at this moment gets no new facts.
_KEEP = text(
    """
    WITH given AS (
        SELECT f.* FROM jsonb_to_recordset(:facts)
            AS f(contact_id bigint, kind text, digest text, shown text, source text)
    ), there AS MATERIALIZED (
        SELECT k.id FROM contact k WHERE k.id IN (SELECT contact_id FROM given) AND k.erased_at IS NULL
            AND (SELECT count(*) FROM contact_fact f WHERE f.contact_id = k.id) < :most
        ORDER BY k.id FOR SHARE
    )
    INSERT INTO contact_fact (contact_id, kind, value_digest, shown, source)
    SELECT contact_id, kind, decode(digest, 'hex'), shown, source
    FROM given JOIN there ON there.id = contact_id
    ON CONFLICT (contact_id, kind, value_digest) DO UPDATE SET source = excluded.source
        WHERE contact_fact.source = 'written' AND excluded.source <> 'written'
    RETURNING contact_id
    """,
).bindparams(bindparam("facts", type_=JSONB), bindparam("most", type_=Integer))


async def keep_facts(connection: AsyncConnection, held: Iterable[Held]) -> set[int]:
    """Keep what is known of contacts; returns those of whom something was news."""
    # Each once, the surest way in which it is known.
    surest: dict[tuple[int, FactKind, bytes], Held] = {}
    order = list(Source)
    for each in sorted(held, key=lambda each: order.index(each.fact.source)):
        surest.setdefault((each.contact_id, each.fact.kind, each.fact.digest), each)
    if not surest:
        return set()
    rows = await connection.execute(
        _KEEP, {"facts": [_dump(each) for each in surest.values()], "most": _MOST_PER_CONTACT}
    )
    return set(rows.scalars())


def _dump(held: Held) -> dict[str, object]:
    return {
        "contact_id": held.contact_id,
        "kind": held.fact.kind.value,
        "digest": held.fact.digest.hex(),
        "shown": held.fact.shown,
        "source": held.fact.source.value,
    }


_SHARED = (
    text(
        """
    SELECT f.contact_id, f.kind, f.value_digest, f.shown, f.source
    FROM (SELECT DISTINCT value_digest FROM contact_fact WHERE contact_id = ANY(:ids)) mine
    CROSS JOIN LATERAL (
        SELECT * FROM contact_fact o WHERE o.value_digest = mine.value_digest
        ORDER BY o.contact_id LIMIT :most) f
    """,
    )
    .bindparams(bindparam("ids", type_=ARRAY(BigInteger)), bindparam("most", type_=Integer))
    .columns(value_digest=LargeBinary)
)


async def list_shared(connection: AsyncConnection, contact_ids: Collection[int]) -> list[Held]:
    """Return the facts of contacts and of whoever shares one of them, a bounded number of each value."""
    rows = await connection.execute(_SHARED, {"ids": sorted(contact_ids), "most": MOST_PER_VALUE})
    return [
        Held(
            contact_id=row.contact_id,
            fact=Fact(
                kind=FactKind(row.kind),
                digest=bytes(row.value_digest),
                shown=row.shown,
                source=Source(row.source),
            ),
        )
        for row in rows
    ]
