"""The tabs above every part of the trainer's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.domain.proposal import ProposalStatus
from bot.storage import corrections, proposals
from bot.web.keys import ROAD
from bot.web.trainer_view import Tab

if TYPE_CHECKING:
    from aiohttp import web


async def tab_values(request: web.Request, tab: Tab) -> dict[str, Any]:
    """Return what the tabs show: which there are, which is open, and how much there is to do."""
    async with request.app[ROAD].database.read() as connection:
        counts = await proposals.count_proposals(connection)
        corrected = await corrections.count_open(connection)
    waiting = counts[ProposalStatus.OPEN]
    return {
        "tab": tab,
        "tabs": list(Tab),
        "counts": counts,
        "waiting": {Tab.TEACH: waiting, Tab.TRIAGE: corrected},
        "left": corrected if tab is Tab.TRIAGE else waiting,
    }
