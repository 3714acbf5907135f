"""Messages that nobody can read: answered once, left while that stands there, then handed to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desk.unsupported import REASON, Course, choose_course
from bot.domain.handoff import HandoffRequest
from bot.domain.message import Kind
from bot.engines.engine import TurnResult
from bot.errors import StorageUnavailable
from bot.storage.unsupported import list_earlier

if TYPE_CHECKING:
    from bot.service.road import Road
    from bot.storage.turns import Claim


async def judge_unsupported(road: Road, claim: Claim) -> Course:
    """Decide what becomes of a claim's messages: only where none of them can be read is there a choice.

    A turn that was begun before, by a worker that died, goes to the engine as ever.
    """
    if claim.attempts > 1 or any(message.kind is not Kind.UNSUPPORTED for message in claim.messages):
        return Course.SAY
    try:
        async with road.database.direct() as connection:
            earlier = await list_earlier(connection, claim.lease.conversation_id, claim.messages[0].seq)
    except StorageUnavailable:
        return Course.SAY
    return choose_course(earlier)


def ask_person(claim: Claim) -> TurnResult:
    """Hand messages that cannot be read to a person; the tracker stays as it is."""
    summary = "They go on sending what the bot cannot see. The platform's own app may show it."
    handoff = HandoffRequest(reason=REASON, summary=summary)
    return TurnResult(tracker=claim.tracker or {}, events=(), replies=(), handoff=handoff)
