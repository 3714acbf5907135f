"""A candidate example waiting for a trainer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from bot.domain.understanding import IntentScore


class ProposalReason(StrEnum):
    """Why a trainer should look at it."""

    UNSURE = "unsure"
    STAFF_ANSWERED = "staff_answered"


class ProposalStatus(StrEnum):
    """What the trainer made of it."""

    OPEN = "open"
    LABELLED = "labelled"
    NONE = "none"  # no intent fits, and none should
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A text seen `times` times, with what the bot thought of it.

    `file` is where its example was written (None where it stood there already, or nothing was written);
    `made_intent` tells that the decision also made the intent.
    """

    id: int
    text: str
    reason: ProposalReason
    times: int
    first_seen: datetime
    last_seen: datetime
    ranking: tuple[IntentScore, ...] = ()
    status: ProposalStatus = ProposalStatus.OPEN
    intent: str | None = None
    file: str | None = None
    conversation_id: int | None = None
    message_seq: int | None = None
    made_intent: bool = False
    decided_by: int | None = None
    decided_at: datetime | None = None
