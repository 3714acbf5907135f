"""The interface of an engine: one turn in, one turn out, no memory of its own.

What an engine must remember of a conversation it returns as `TurnResult.tracker`; the service
stores it in the commit of the turn and hands it back with the next one. Its size must not grow
with the length of the conversation.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.domain.handoff import HandoffRequest
    from bot.domain.json import JsonObject
    from bot.domain.message import Content, Message
    from bot.domain.trigger import Trigger
    from bot.domain.understanding import Understanding


# Reads what was logged in a conversation before this turn: its newest events, at most so many, in order.
EventLog = Callable[[int], Awaitable["Sequence[JsonObject]"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """New messages of one contact, oldest first, and what the engine left behind last time.

    `sender_id` is Rasa's word for the conversation. `resumed` is True on the first turn after a
    person gave the conversation back: a paused tracker must speak again. A turn with a `trigger`
    has no messages: it begins with that intent, which nobody said. `log` is for actions that look back
    further than the tracker remembers.
    """

    sender_id: str
    channel: str
    messages: tuple[Message, ...]
    tracker: JsonObject | None
    now: datetime
    resumed: bool = False
    metadata: JsonObject = field(default_factory=dict)
    trigger: Trigger | None = None
    log: EventLog | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnResult:
    """What the engine made of a turn.

    `events` are Rasa's event dicts (`{"event": "user", …}`), in order, for the event log. Reminders are
    set, cancelled and dropped by those among them (`reminder`, `cancel_reminder`, `restart`): an engine
    has nothing else to say about them, and none of its own to keep.
    `understandings` stands beside `Turn.messages`: one each, None where NLU was not asked.
    `paused`: the bot is silent from now on, or was before, and stays so until it is resumed.
    """

    tracker: JsonObject
    events: tuple[JsonObject, ...]
    replies: tuple[Content, ...]
    handoff: HandoffRequest | None = None
    understandings: tuple[Understanding | None, ...] = ()
    paused: bool = False


class Engine(Protocol):
    """Answers turns. May be called for many conversations at once, never twice for the same."""

    async def respond(self, turn: Turn) -> TurnResult:
        """Answer one turn. Raises `EngineError` when it cannot."""
        ...

    async def parse(self, text: str) -> Understanding:
        """Understand one text, outside any conversation."""
        ...

    async def close(self) -> None:
        """Release threads and connections."""
        ...
