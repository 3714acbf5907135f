"""What programs may ask of an engine besides answering: Rasa's HTTP API.

An engine need not offer it. Like `Engine` it keeps no conversations: it is handed what it left behind.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from bot.engines.engine import Engine

if TYPE_CHECKING:
    from bot.domain.json import JsonObject
    from bot.engines.engine import Turn, TurnResult


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginSession:
    """Start a session where none is, or the last one expired."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppendEvents:
    """Log what happened elsewhere, as Rasa's event dicts. `say`: the bot events among them are sent.

    `anew`: they take the place of all that was before.
    """

    events: tuple[JsonObject, ...]
    say: bool = False
    anew: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LogMessage:
    """Take in what the contact said, fill slots, and predict nothing. `parse_data` None: understand it."""

    text: str
    message_id: str
    parse_data: JsonObject | None = None
    metadata: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAction:
    """Run one action, whatever would be predicted."""

    name: str
    policy: str | None = None
    confidence: float | None = None


Order = BeginSession | AppendEvents | LogMessage | RunAction


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What would be done next: every action's score, the likeliest one's confidence, and who says so."""

    scores: tuple[tuple[str, float], ...]
    policy: str | None
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What a list of events comes to. `events` are the same, with all of Rasa's fields.

    `applied` are the positions of those that count.
    """

    tracker: JsonObject
    events: tuple[JsonObject, ...]
    applied: tuple[int, ...]


@runtime_checkable
class Steerable(Engine, Protocol):
    """An engine that programs may steer and look into."""

    async def steer(self, turn: Turn, order: Order) -> TurnResult:
        """Carry out an order; `turn` has no messages.

        Raises `BadEvent`, `UnknownAction`, `NotOffered`, `EngineError`.
        """
        ...

    async def describe(self, sender_id: str, tracker: JsonObject | None) -> JsonObject:
        """Return Rasa's tracker state of what the engine left behind, without `events` and their time.

        Raises `EngineError`.
        """
        ...

    async def predict(self, tracker: JsonObject | None) -> Forecast:
        """Say what would be done next. Raises `EngineError`."""
        ...

    async def replay(self, events: tuple[JsonObject, ...]) -> Replayed:
        """Return what those events leave behind. Raises `BadEvent` where one is none."""
        ...

    async def get_domain(self) -> JsonObject:
        """Return the domain as Rasa's `domain.yml` has it, all of it in one map."""
        ...

    async def get_intents(self) -> frozenset[str]:
        """Return the names of the intents that may be triggered."""
        ...
