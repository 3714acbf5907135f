"""People: contacts that staff say are one person, and those they are asked about.

A confirmed pair is a row and nothing else; a person is all that confirmed pairs lead to. So what is taken
back leaves nothing behind.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import BigInteger, Integer

from bot.desk.contact_facts import FactKind, Source
from bot.desk.same_person import Clue

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from bot.desk.same_person import Pair
    from bot.storage.connection import AsyncConnection
    from bot.storage.rows import AnyRow

MOST_CONTACTS = 20  # of one person
_MOST_SHOWN = 10  # pairs of one person


class PairState(StrEnum):
    """What was said of two contacts, last."""

    SUGGESTED = "suggested"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPair:
    """Two contacts, seen from the one that is open. `channels` are those of the `other`."""

    contact_id: int
    other: int
    other_name: str | None
    channels: tuple[str, ...]
    conversation_id: int | None
    state: PairState
    clues: tuple[Clue, ...]
    decided_by: str | None
    decided_at: datetime | None


_CONVERSATIONS = text(
    """
    SELECT id FROM conversation WHERE contact_id = ANY(:ids) AND erased_at IS NULL
    ORDER BY last_message_at DESC, id DESC LIMIT 50
    """,
).bindparams(bindparam("ids", type_=ARRAY(BigInteger)))


async def list_conversations(connection: AsyncConnection, contact_ids: Collection[int]) -> list[int]:
    """Return the latest conversations of contacts: where news of who they are should be seen."""
    return list((await connection.execute(_CONVERSATIONS, {"ids": sorted(contact_ids)})).scalars())


# For a statement with `:ids`: all contacts that are one person with each of them (`seed`).
_PERSON = f"""
    WITH RECURSIVE person (seed, id) AS (
        SELECT seed, seed FROM unnest(CAST(:ids AS bigint[])) AS seed
        UNION
        SELECT p.seed, next.id FROM person p CROSS JOIN LATERAL (
            SELECT s.contact_b AS id FROM same_person s WHERE s.contact_a = p.id AND s.state = 'confirmed'
            UNION ALL
            SELECT s.contact_a FROM same_person s WHERE s.contact_b = p.id AND s.state = 'confirmed'
            LIMIT {MOST_CONTACTS}
        ) next
    )
"""  # noqa: S608 - a constant of this file

_LIST_PERSON = text(_PERSON + "SELECT id FROM person ORDER BY id").bindparams(  # noqa: S608 - the same
    bindparam("ids", type_=ARRAY(BigInteger))
)


async def list_person(connection: AsyncConnection, contact_id: int) -> list[int]:
    """Return all contacts that are one person with this one, itself among them."""
    return list((await connection.execute(_LIST_PERSON, {"ids": [contact_id]})).scalars())


_ALSO = text(
    _PERSON  # noqa: S608 - constants of this file
    + """
    SELECT seeds.id AS conversation_id, array_agg(DISTINCT a.channel ORDER BY a.channel) AS channels
    FROM conversation seeds
    JOIN person p ON p.seed = seeds.contact_id AND p.id <> p.seed
    JOIN conversation c ON c.contact_id = p.id AND c.erased_at IS NULL
    JOIN account a ON a.id = c.account_id
    WHERE seeds.id = ANY(:conversation_ids)
    GROUP BY seeds.id
    """,
).bindparams(
    bindparam("ids", type_=ARRAY(BigInteger)), bindparam("conversation_ids", type_=ARRAY(BigInteger))
)
_JOINED = text(
    """
    SELECT c.contact_id FROM conversation c WHERE c.id = ANY(:conversation_ids) AND EXISTS (
        SELECT FROM same_person s WHERE s.state = 'confirmed' AND s.contact_a = c.contact_id
        UNION ALL
        SELECT FROM same_person s WHERE s.state = 'confirmed' AND s.contact_b = c.contact_id)
    """,
).bindparams(bindparam("conversation_ids", type_=ARRAY(BigInteger)))


async def list_also(
    connection: AsyncConnection, conversation_ids: Collection[int]
) -> Mapping[int, tuple[str, ...]]:
    """Return by which other channels the persons of conversations write, for those who do."""
    asked = sorted(conversation_ids)
    contacts = set((await connection.execute(_JOINED, {"conversation_ids": asked})).scalars())
    if not contacts:
        return {}
    values = {"ids": sorted(contacts), "conversation_ids": asked}
    rows = await connection.execute(_ALSO, values)
    return {row.conversation_id: tuple(row.channels) for row in rows}


_PAIRS = (
    text(
        """
    SELECT s.mine, s.other, s.state, s.evidence, s.decided_at, w.name AS decided_by, k.name AS other_name,
        ARRAY(SELECT DISTINCT a.channel FROM handle h JOIN account a ON a.id = h.account_id
            WHERE h.contact_id = s.other ORDER BY 1 LIMIT 5) AS channels,
        (SELECT c.id FROM conversation c WHERE c.contact_id = s.other AND c.erased_at IS NULL
            ORDER BY c.last_message_at DESC, c.id DESC LIMIT 1) AS conversation_id
    FROM (
        SELECT contact_a AS mine, contact_b AS other, same_person.* FROM same_person
        WHERE contact_a = ANY(:ids) AND contact_b <> :seen_from
        UNION ALL
        SELECT contact_b, contact_a, same_person.* FROM same_person
        WHERE contact_b = ANY(:ids) AND (contact_a <> ALL(:ids) OR contact_b = :seen_from)
    ) s
    JOIN contact k ON k.id = s.other
    LEFT JOIN staff w ON w.id = s.decided_by
    ORDER BY s.decided_at DESC NULLS FIRST, s.mine, s.other LIMIT :most
    """,
    )
    .bindparams(
        bindparam("ids", type_=ARRAY(BigInteger)),
        bindparam("seen_from", type_=BigInteger),
        bindparam("most", type_=Integer),
    )
    .columns(evidence=JSONB)
)


async def list_pairs(
    connection: AsyncConnection, seen_from: int, person: Collection[int] = ()
) -> list[PersonPair]:
    """Return what was suggested or said of a contact, and of all that are one person with it.

    What waits comes first.
    """
    values = {"ids": sorted({seen_from, *person}), "seen_from": seen_from, "most": _MOST_SHOWN}
    rows = await connection.execute(_PAIRS, values)
    return [_to_pair(row) for row in rows]


def _to_pair(row: AnyRow) -> PersonPair:
    return PersonPair(
        contact_id=row.mine,
        other=row.other,
        other_name=row.other_name,
        channels=tuple(row.channels),
        conversation_id=row.conversation_id,
        state=PairState(row.state),
        clues=load_clues(row.evidence),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )


def dump_clues(clues: Sequence[Clue]) -> list[dict[str, Any]]:
    """Return clues as they are stored."""
    return [
        {"kind": clue.kind.value, "shown": clue.shown, "sources": [each.value for each in clue.sources]}
        for clue in clues
    ]


def load_clues(stored: Sequence[Mapping[str, Any]]) -> tuple[Clue, ...]:
    """Read clues back."""
    return tuple(
        Clue(
            kind=FactKind(each["kind"]),
            shown=each["shown"],
            sources=(Source(each["sources"][0]), Source(each["sources"][1])),
        )
        for each in stored
    )


# Whose row is locked, as with facts: who is being erased is suggested no more.
_SUGGEST = text(
    """
    WITH given AS (
        SELECT * FROM jsonb_to_recordset(:pairs) AS g(a bigint, b bigint, evidence jsonb)
    ), there AS MATERIALIZED (
        SELECT k.id FROM contact k
        WHERE k.id IN (SELECT a FROM given UNION SELECT b FROM given) AND k.erased_at IS NULL
        ORDER BY k.id FOR SHARE
    )
    INSERT INTO same_person (contact_a, contact_b, evidence)
    SELECT a, b, evidence FROM given
    WHERE a IN (SELECT id FROM there) AND b IN (SELECT id FROM there)
    ORDER BY a, b
    ON CONFLICT (contact_a, contact_b) DO UPDATE SET evidence = excluded.evidence
        WHERE same_person.state = 'suggested'
    """,
).bindparams(bindparam("pairs", type_=JSONB))
_FADE = text(
    """
    DELETE FROM same_person s WHERE s.state = 'suggested'
        AND (s.contact_a = ANY(:ids) OR s.contact_b = ANY(:ids))
        AND NOT EXISTS (
            SELECT FROM jsonb_to_recordset(:pairs) AS g(a bigint, b bigint)
            WHERE g.a = s.contact_a AND g.b = s.contact_b)
    """,
).bindparams(bindparam("ids", type_=ARRAY(BigInteger)), bindparam("pairs", type_=JSONB))


async def suggest_pairs(
    connection: AsyncConnection, contact_ids: Collection[int], found: Mapping[Pair, Sequence[Clue]]
) -> None:
    """Have staff asked about pairs of these contacts, and about no others any more.

    What somebody decided stays decided.
    """
    pairs = [{"a": a, "b": b, "evidence": dump_clues(clues)} for (a, b), clues in sorted(found.items())]
    await connection.execute(_FADE, {"ids": sorted(contact_ids), "pairs": pairs})
    if pairs:
        await connection.execute(_SUGGEST, {"pairs": pairs})


_LOCK = text("SELECT state FROM same_person WHERE contact_a = :a AND contact_b = :b FOR UPDATE").bindparams(
    bindparam("a", type_=BigInteger), bindparam("b", type_=BigInteger)
)
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('people', 0))")


async def lock_pair(connection: AsyncConnection, pair: Pair) -> PairState | None:
    """Return what was said of a pair, ours to change until the transaction ends; None: nothing ever was.

    One person decides at a time, over all pairs: what belongs together depends on all of them.
    """
    await connection.execute(_ALONE)
    a, b = pair
    found = (await connection.execute(_LOCK, {"a": a, "b": b})).scalar_one_or_none()
    return None if found is None else PairState(found)


_DECIDE = text(
    """
    UPDATE same_person SET state = :state, decided_by = :staff_id, decided_at = now(),
        history = history || jsonb_build_array(
            jsonb_build_object('state', CAST(:state AS text), 'staff_id', CAST(:staff_id AS bigint),
                'at', now()))
    WHERE contact_a = :a AND contact_b = :b
    """,
).bindparams(
    bindparam("staff_id", type_=BigInteger),
    bindparam("a", type_=BigInteger),
    bindparam("b", type_=BigInteger),
)


async def decide_pair(connection: AsyncConnection, pair: Pair, state: PairState, staff_id: int) -> None:
    """Write down what somebody said of a locked pair, after all that was said before."""
    a, b = pair
    await connection.execute(_DECIDE, {"a": a, "b": b, "state": state.value, "staff_id": staff_id})
