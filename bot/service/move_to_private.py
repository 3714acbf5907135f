"""Move to private: what of a turn may not be said in public goes on where nobody reads along.

Personal details do not belong in a group either: there the same is done, as far as the channel can.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from bot.connector import MovesToPrivate
from bot.desk.public_case import Said, Ways, asks_for_details, decide_public
from bot.domain.conversation import Surface
from bot.domain.message import Kind
from bot.storage import cases

if TYPE_CHECKING:
    from bot.connector import Connector
    from bot.domain.json import JsonObject
    from bot.engines.engine import TurnResult
    from bot.service.road import Road
    from bot.storage.turns import Claim

log = structlog.get_logger(__name__)

OPEN_PLACES = (Surface.PUBLIC, Surface.GROUP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a turn is said. `began_id`: what it answers; None where nobody's word began it."""

    conversation_id: int
    channel: str
    account: str
    surface: Surface
    began_id: int | None = None


def spot_of(claim: Claim) -> Spot:
    """Return where the turn of a claim is said: a reminder answers nobody's word."""
    last = claim.messages[-1]
    return Spot(
        conversation_id=claim.lease.conversation_id,
        channel=claim.channel,
        account=claim.account,
        surface=claim.surface,
        began_id=None if last.kind is Kind.TRIGGER else last.id,
    )


def leads_to_private(connector: Connector) -> bool:
    """Tell whether a way leads from what is written in public there into private."""
    can = connector.capabilities
    return isinstance(connector, MovesToPrivate) or any(
        can.on(surface).private_reply for surface in OPEN_PLACES if surface in can.surfaces
    )


def find_ways(connector: Connector, surface: Surface, reply_context: JsonObject) -> Ways:
    """Return how the author of what is answered can be led to a private place."""
    private_reply = connector.capabilities.on(surface).private_reply is not None
    return Ways(private_reply=private_reply, link=_make_link(connector, reply_context))


def _make_link(connector: Connector, reply_context: JsonObject) -> str | None:
    if not isinstance(connector, MovesToPrivate):
        return None
    try:
        return connector.make_private_link(reply_context)
    except Exception:  # a connector's mistake must keep nobody waiting: the turn is said where it stands
        log.exception("Private link could not be made", channel=connector.channel)
        return None


async def move_to_private(
    road: Road, spot: Spot, result: TurnResult
) -> tuple[TurnResult, cases.NewLink | None]:
    """Return a turn as it may be said where it is said, and what its commit does to the thread's link."""
    connector = road.passages.get((spot.channel, spot.account))
    if connector is None or spot.surface not in OPEN_PLACES:
        return result, None
    said = Said(
        replies=result.replies,
        handoff=result.handoff is not None,
        asks=asks_for_details(result.events),
    )
    if not (said.handoff or said.asks):
        return result, None
    async with road.database.direct() as connection:
        context, moved = await cases.load_public(connection, spot.conversation_id)
        began_id = spot.began_id or await cases.find_last_word(connection, spot.conversation_id)
    if began_id is None:
        return result, None  # there is nobody's post to answer alone
    decision = decide_public(said, find_ways(connector, spot.surface, context), moved, road.desk.words)
    link = None
    if decision.how is not None or decision.reminds:
        link = cases.NewLink(began_id=began_id, how=decision.how, question=decision.question)
    return replace(result, replies=decision.replies), link
