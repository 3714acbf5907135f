"""Look into a conversation as Rasa's HTTP API shows it: its tracker's state, and all that was logged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.engines.engine import Turn
from bot.engines.steering import BeginSession
from bot.storage import steering

if TYPE_CHECKING:
    from bot.domain.json import JsonObject
    from bot.engines.serving import ServingEngine
    from bot.engines.steering import Forecast, Steerable
    from bot.service.road import Road
    from bot.storage.steering import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Insight:
    """A conversation at one moment. `state` is Rasa's without events; `applied` are those that count."""

    state: JsonObject
    events: tuple[JsonObject, ...]
    applied: tuple[JsonObject, ...] | None = None
    forecast: Forecast | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What to look for. `until`: as it was at that time, seconds since the epoch."""

    until: float | None = None
    applied: bool = False
    forecast: bool = False


async def find_conversation(
    road: Road, key: str, *, channels: tuple[str, ...], account: str | None
) -> Standing | None:
    """Return the conversation of that key on those channels in which something was said last."""
    async with road.database.direct() as connection:
        return await steering.find_standing(connection, key, channels=channels, account=account)


async def look_into(
    road: Road, serving: ServingEngine, sender_id: str, standing: Standing | None, question: Question
) -> Insight:
    """Look into a conversation; one that nobody began is shown as it would begin. Changes nothing.

    Raises `NotOffered`, `EngineError`, `ModelMissing`, `StorageUnavailable`.
    """
    events: list[JsonObject] = []
    if standing is not None:
        async with road.database.direct() as connection:
            events = await steering.load_events(connection, standing.conversation_id)
    async with serving.steered() as engine:
        tracker = standing.tracker if standing else None
        if not events or question.forecast:
            begun = await engine.steer(
                Turn(
                    sender_id=sender_id,
                    channel=standing.channel if standing else "rest",
                    messages=(),
                    tracker=tracker,
                    now=road.now(),
                ),
                BeginSession(),
            )
            events, tracker = [*events, *begun.events], begun.tracker
        return await _see(engine, sender_id, (tracker, events), question)


async def look_at_events(
    serving: ServingEngine, sender_id: str, events: tuple[JsonObject, ...], question: Question
) -> Insight:
    """Say what a list of events comes to. Raises `BadEvent`, `NotOffered`, `EngineError`, `ModelMissing`."""
    async with serving.steered() as engine:
        replayed = await engine.replay(events)
        return await _see(engine, sender_id, (replayed.tracker, list(replayed.events)), question)


async def _see(
    engine: Steerable,
    sender_id: str,
    stands: tuple[JsonObject | None, list[JsonObject]],
    question: Question,
) -> Insight:
    tracker, events = stands
    until, applied = question.until, None
    if until is not None:
        events = _up_to(events, until)
    if until is not None or question.applied:
        replayed = await engine.replay(tuple(events))
        applied = tuple(events[position] for position in replayed.applied)
        tracker = tracker if until is None else replayed.tracker
    return Insight(
        state=await engine.describe(sender_id, tracker),
        events=tuple(events),
        applied=applied,
        forecast=await engine.predict(tracker) if question.forecast else None,
    )


def _up_to(events: list[JsonObject], until: float) -> list[JsonObject]:
    """Return the events before the first that came later, which one of exactly then did not."""
    for number, event in enumerate(events):
        timestamp = event.get("timestamp")
        if isinstance(timestamp, int | float) and timestamp > until:
            return events[:number]
    return events
