"""What staff say of a message's triage, waiting for a trainer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from bot.domain.triage_example import TriageLabels


class CorrectionStatus(StrEnum):
    """What the trainer made of it."""

    OPEN = "open"
    TAUGHT = "taught"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What was said last of a message. There is one at most: a text teaches one label a question.

    `text` is what was judged, as it stands now: the message, behind those of its burst; empty when the
    customer deleted it. `said` holds only what somebody said. `example` is the text as a trainer had it
    written, `file` where (None where it stood there already, or nothing was written).
    """

    message_id: int
    conversation_id: int
    text: str
    said: TriageLabels
    staff_name: str
    said_at: datetime
    status: CorrectionStatus = CorrectionStatus.OPEN
    example: str | None = None
    file: str | None = None
    decided_by: int | None = None
    decided_at: datetime | None = None
