"""Follow private: what comes of a message to the author of a public post alone, as soon as its fate is known.

The public word that tells of it leaves after it. Where it did not arrive that word would be untrue: then the
word shows the way by a link, or promises a person, who is called for in the same commit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from bot.connector import SendState
from bot.desk.deadlines import DEADLINE_TIMER, deadline_of
from bot.desk.promise import route
from bot.desk.public_case import decide_refused
from bot.domain.case import How
from bot.domain.conversation import Status
from bot.domain.handoff import HandoffRequest
from bot.domain.message import Author
from bot.service.move_to_private import find_ways
from bot.storage import case_moves, cases, conversations, timers

if TYPE_CHECKING:
    from bot.connector import SendResult
    from bot.service.road import Road
    from bot.storage.database import Connection
    from bot.storage.deliveries import DeliveryClaim, Outbound

log = structlog.get_logger(__name__)

REFUSED = "not_moved"  # the reason of a handoff because nobody could be written to in private


async def follow_private(
    road: Road, connection: Connection, claim: DeliveryClaim, outbound: Outbound, result: SendResult
) -> bool:
    """Write down, in the commit of what became of a private message, what follows from it.

    The key of the conversation that it opened; or, where it did not arrive, another public word. The row of
    the conversation must be locked then. Tells whether a person was called for.
    """
    conversation_id = claim.lease.conversation_id
    by_staff = outbound.author is Author.STAFF
    if result.state in (SendState.SENT, SendState.PARTIAL):
        how = How.STAFF if by_staff else How.PRIVATE_REPLY
        await cases.note_sent(connection, conversation_id, key=result.delivered_to, how=how)
    elif not by_staff:  # a person sees it, and knows what to do
        return await _say_instead(road, connection, claim)
    return False


async def _say_instead(road: Road, connection: Connection, claim: DeliveryClaim) -> bool:
    conversation_id = claim.lease.conversation_id
    connector = road.passages.get((claim.channel, claim.account))
    link = await cases.find_last(connection, conversation_id)
    found = await conversations.get_conversation(connection, conversation_id)
    if connector is None or link is None or link.word_id is None or found is None:
        return False
    if link.closed:  # staff have settled it meanwhile: nobody is to be promised anything
        await case_moves.take_back_word(connection, link.word_id)
        return False
    ways = find_ways(connector, claim.surface, claim.reply_context)
    word, how = decide_refused(ways, road.desk.words, handoff=found.status is not Status.BOT)
    if not await case_moves.reword(connection, link.word_id, word):
        return False
    log.info("Said another public word", conversation_id=conversation_id)
    if how is None:
        await cases.close_link(connection, link.id)
        return await _call_for_staff(road, connection, conversation_id)
    await case_moves.lead_by_link(connection, link.id)
    return False


async def _call_for_staff(road: Road, connection: Connection, conversation_id: int) -> bool:
    """Enter the handoff that the public word promises, unless there is one."""
    request = route(HandoffRequest(reason=REFUSED), road.desk)
    deadline_at = deadline_of(request, road.desk, road.now())
    if not await case_moves.enter_queue(connection, conversation_id, request, deadline_at):
        return False
    await timers.set_timer(connection, conversation_id, DEADLINE_TIMER, deadline_at)
    await case_moves.queue_conversation(connection, conversation_id)
    return True
