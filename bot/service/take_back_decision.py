"""Take back a decision: the sentence waits again, and what was written for it is taken out."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.domain.proposal import Proposal, ProposalStatus
from bot.errors import Conflict
from bot.service.decide_proposal import announce, erase, erase_intent, get_known
from bot.storage import proposals

if TYPE_CHECKING:
    from bot.domain.staff import Staff
    from bot.service.curriculum import Curriculum
    from bot.service.road import Road

RECENT = timedelta(hours=1)


async def get_last_decision(road: Road, staff: Staff) -> Proposal | None:
    """Return what this trainer decided last, not long ago, and may take back; or None."""
    async with road.database.read() as connection:
        last = await proposals.get_last_decision(connection, staff.id)
    if last is None or last.decided_at is None or road.now() - last.decided_at > RECENT:
        return None
    return last


async def take_back_decision(road: Road, curriculum: Curriculum, proposal_id: int) -> Proposal:
    """Open a decided proposal again; returns it.

    The file comes first: if it cannot be written, the decision stands. What somebody took out by hand
    meanwhile stays out. Raises `Conflict` when it waits already, `ProjectError`.
    """
    proposal = await get_known(road, proposal_id)
    if proposal.status is ProposalStatus.OPEN:
        raise Conflict("This sentence waits for a decision already.")
    if proposal.status is ProposalStatus.LABELLED:
        await asyncio.to_thread(_erase, curriculum, proposal)
    async with road.database.begin() as connection:
        done = await proposals.decide_proposal(
            connection, proposal_id, ProposalStatus.OPEN, before=proposal.status
        )
    if not done:
        raise Conflict("Somebody was faster: this decision is taken back already.")
    return await announce(road, proposal_id)


def _erase(curriculum: Curriculum, proposal: Proposal) -> None:
    intent = proposal.intent or ""
    erase(curriculum, intent, proposal.text, file=proposal.file)
    if proposal.made_intent:
        erase_intent(curriculum, intent)
