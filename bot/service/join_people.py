"""Join people: staff say that two contacts are one person, that they are not, or take either back.

Nothing is moved: conversations and ids stay with their contacts, so what is taken back leaves nothing behind.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import structlog

from bot.errors import Conflict, UnknownConversation
from bot.storage import people
from bot.storage.people import MOST_CONTACTS, PairState

if TYPE_CHECKING:
    from bot.desk.same_person import Pair
    from bot.domain.staff import Staff
    from bot.service.road import Road
    from bot.storage.database import Connection

log = structlog.get_logger(__name__)


class Decision(StrEnum):
    """What staff say of a pair."""

    SAME = "same"
    OTHER = "other"
    UNDO = "undo"


# From what each can be said. Whoever was refused or taken back can be said to be the same after all.
_FROM = {
    Decision.SAME: frozenset({PairState.SUGGESTED, PairState.REFUSED, PairState.UNDONE}),
    Decision.OTHER: frozenset({PairState.SUGGESTED}),
    Decision.UNDO: frozenset({PairState.CONFIRMED}),
}
_TO = {
    Decision.SAME: PairState.CONFIRMED,
    Decision.OTHER: PairState.REFUSED,
    Decision.UNDO: PairState.UNDONE,
}
_FASTER = {
    PairState.CONFIRMED: "a colleague has just said that it is the same person",
    PairState.REFUSED: "a colleague has just said that it is someone else",
    PairState.UNDONE: "a colleague has just taken it back",
    PairState.SUGGESTED: "it was never said",
}


async def decide_pair(road: Road, contacts: Pair, decision: Decision, staff: Staff) -> None:
    """Write down what somebody says of two contacts, by whom and when.

    Raises `UnknownConversation` for a pair nobody was asked about, `Conflict` when a colleague was faster,
    or the two are one person by way of others.
    """
    pair = (min(contacts), max(contacts))
    async with road.database.begin() as connection:
        state = await people.lock_pair(connection, pair)
        if state is None:
            raise UnknownConversation("nothing speaks for these two being one person any more")
        if state not in _FROM[decision]:
            raise Conflict(_FASTER[state])
        if decision is Decision.SAME:
            await _check_joinable(connection, pair)
        await people.decide_pair(connection, pair, _TO[decision], staff.id)
    log.info("Pair decided", contacts=pair, decision=decision.value, staff_id=staff.id)


async def _check_joinable(connection: Connection, pair: Pair) -> None:
    """Raise `Conflict` where another pair joins them already: then taking one back would not part them."""
    mine, theirs = [set(await people.list_person(connection, each)) for each in pair]
    if mine & theirs:
        raise Conflict("they are one person already, by way of another conversation")
    if len(mine | theirs) > MOST_CONTACTS:
        raise Conflict(f"a person can have {MOST_CONTACTS} contacts at most")
