"""What happened in a conversation, as typed values. Their JSON is Rasa's (see `event_json`).

`timestamp` is seconds since the epoch; 0.0 on an event that was decided but not logged yet.

An event never changes. It is not `frozen` all the same: making one would take three times as long,
and every message makes some forty.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain.json import Json, JsonObject

LISTEN = "action_listen"
SESSION_START = "action_session_start"
REQUESTED_SLOT = "requested_slot"


@dataclass(slots=True, kw_only=True)
class Event:
    """Anything that is logged."""

    timestamp: float = 0.0
    metadata: JsonObject = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class UserUttered(Event):
    """The contact said something.

    `parse_data` is Rasa's parse result; `intent`, `confidence` and `entities` are read from it
    once. `by_text` tells how the message counts in the dialogue state until a policy says so: by its
    text (True), by its intent (False), or undecided.
    """

    text: str | None = None
    intent: str | None = None
    confidence: float = 0.0
    entities: tuple[JsonObject, ...] = ()
    parse_data: JsonObject = field(default_factory=dict)
    input_channel: str | None = None
    message_id: str | None = None
    by_text: bool | None = None


@dataclass(slots=True, kw_only=True)
class BotUttered(Event):
    """The bot said something. `data`: elements, quick_replies, buttons, attachment, image, custom."""

    text: str | None = None
    data: JsonObject = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class AgentUttered(Event):
    """A person of the brand said something."""

    text: str | None = None
    data: JsonObject = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class SlotSet(Event):
    """A slot got a value; None empties it."""

    name: str
    value: Json = None


@dataclass(slots=True, kw_only=True)
class SlotsReset(Event):
    """All slots went back to their initial values."""


@dataclass(slots=True, kw_only=True)
class ActionExecuted(Event):
    """An action ran, known by `name`, or by `text` when it is an end-to-end bot text.

    `hidden` (Rasa's `hide_rule_turn`): memoization must not see this turn. `unpredictable` marks
    the first action of a training story: nothing precedes it, so nothing predicts it.
    """

    name: str | None = None
    text: str | None = None
    policy: str | None = None
    confidence: float | None = None
    hidden: bool = False
    unpredictable: bool = False


@dataclass(slots=True, kw_only=True)
class ActionRejected(Event):
    """An action refused to run; another one may be predicted."""

    name: str
    policy: str | None = None
    confidence: float | None = None


@dataclass(slots=True, kw_only=True)
class LoopSet(Event):
    """A loop (form) became the active one, or none is (None)."""

    name: str | None = None


@dataclass(slots=True, kw_only=True)
class LoopInterrupted(Event):
    """The loop is told that it runs after something else was talked about."""

    is_interrupted: bool


@dataclass(slots=True, kw_only=True)
class UserFeaturized(Event):
    """The prediction after the last user message was made by its text, or by its intent."""

    by_text: bool


@dataclass(slots=True, kw_only=True)
class EntitiesAdded(Event):
    """A policy found entities in the last user message."""

    entities: tuple[JsonObject, ...] = ()


@dataclass(slots=True, kw_only=True)
class FollowupSet(Event):
    """This action comes next, whatever the policies think."""

    name: str | None = None


@dataclass(slots=True, kw_only=True)
class Restarted(Event):
    """Everything so far is forgotten."""


@dataclass(slots=True, kw_only=True)
class SessionStarted(Event):
    """A new session: what was before no longer counts."""


@dataclass(slots=True, kw_only=True)
class ActionReverted(Event):
    """The last action and what followed it no longer count."""


@dataclass(slots=True, kw_only=True)
class UserReverted(Event):
    """The last user message, the listening before it and what followed no longer count."""


@dataclass(slots=True, kw_only=True)
class Paused(Event):
    """The bot falls silent."""


@dataclass(slots=True, kw_only=True)
class Resumed(Event):
    """The bot may speak again."""


@dataclass(slots=True, kw_only=True)
class ReminderSet(Event):
    """At `date_time` (ISO 8601) the intent is to be triggered."""

    intent: str
    date_time: str
    entities: Json = None
    name: str | None = None
    kill_on_user_message: bool = True


@dataclass(slots=True, kw_only=True)
class ReminderCancelled(Event):
    """Reminders that match all that is given are dropped."""

    intent: str | None = None
    entities: Json = None
    name: str | None = None


@dataclass(slots=True, kw_only=True)
class StoryExported(Event):
    """Rasa wrote the conversation to a file. Only ever read, never done here."""

    path: str | None = None
