"""What becomes of messages that nobody can read, because their platform does not pass them on. Pure.

It is said once, not at each message of a burst. Whoever goes on in this way has perhaps no other, or talks
from a machine that would answer the bot for ever: the second time a person is asked, who can look into the
platform's own app.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.domain.message import Kind, Settled

if TYPE_CHECKING:
    from collections.abc import Sequence

REASON = "cannot_be_read"
BURST = timedelta(minutes=5)
FORGOTTEN = timedelta(days=1)


class Course(StrEnum):
    """What is done with messages that cannot be read."""

    SAY = "say"
    LEAVE = "leave"  # it has just been said
    ASK_PERSON = "ask_person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """One of the contact's messages before; `ago`: how long before now it came."""

    kind: Kind
    settled: Settled
    ago: timedelta


def choose_course(earlier: Sequence[Earlier]) -> Course:
    """Decide what becomes of unreadable messages, by what the contact sent before, newest first."""
    for message in earlier:
        if message.kind is not Kind.UNSUPPORTED or message.settled is Settled.STAFF:
            return Course.SAY
        if message.settled is Settled.BOT:
            if message.ago > FORGOTTEN:
                return Course.SAY
            return Course.LEAVE if message.ago < BURST else Course.ASK_PERSON
    return Course.SAY
