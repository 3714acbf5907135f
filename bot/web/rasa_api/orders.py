"""What calls of Rasa's API wish of a conversation. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.domain.conversation import BOT_MAY_SPEAK
from bot.engines.steering import AppendEvents, LogMessage, RunAction
from bot.service.steer import Wish

if TYPE_CHECKING:
    from bot.connector import InboundEvent
    from bot.domain.json import JsonObject
    from bot.domain.trigger import Trigger
    from bot.engines.engine import Turn, TurnResult
    from bot.engines.steering import Steerable
    from bot.storage.steering import Grip


def append(events: tuple[JsonObject, ...], *, effects: bool, collected: bool) -> Wish:
    """Log events; with `effects` say what bots say in them, where the bot may speak, and keep reminders."""

    async def act(engine: Steerable, turn: Turn, grip: Grip) -> TurnResult:
        say = effects and grip.standing.status in BOT_MAY_SPEAK
        return await engine.steer(turn, AppendEvents(events=events, say=say))

    return Wish(act=act, collected=collected, releases=_releases(events), reminds=effects)


def replace_all(events: tuple[JsonObject, ...]) -> Wish:
    """Have events take the place of all that was logged."""

    async def act(engine: Steerable, turn: Turn, _grip: Grip) -> TurnResult:
        return await engine.steer(turn, AppendEvents(events=events, anew=True))

    return Wish(act=act, releases=_releases(events), anew=True, reminds=False)


def _releases(events: tuple[JsonObject, ...]) -> bool:
    """Tell whether the bot is to speak again after events: the last word counts."""
    words = [event.get("event") for event in events if event.get("event") in ("pause", "resume")]
    return words[-1:] == ["resume"]


def log_message(event: InboundEvent, *, parse_data: JsonObject | None) -> Wish:
    """Take in what the contact said; predict nothing."""

    async def act(engine: Steerable, turn: Turn, grip: Grip) -> TurnResult:
        order = LogMessage(
            text=event.content.text.strip(),
            message_id=str(grip.turn_id),
            parse_data=parse_data,
            metadata=event.metadata,
        )
        # What custom actions say while slots are filled goes nowhere, as in Rasa.
        return replace(await engine.steer(turn, order), replies=(), handoff=None)

    return Wish(act=act, bot_only=True, said=event)


def run_action(order: RunAction, *, collected: bool) -> Wish:
    """Run one action."""

    async def act(engine: Steerable, turn: Turn, _grip: Grip) -> TurnResult:
        return await engine.steer(turn, order)

    return Wish(act=act, bot_only=True, collected=collected)


def answer_trigger(trigger: Trigger, *, collected: bool) -> Wish:
    """Answer an intent that nobody said."""

    async def act(engine: Steerable, turn: Turn, _grip: Grip) -> TurnResult:
        return await engine.respond(replace(turn, trigger=trigger))

    return Wish(act=act, bot_only=True, collected=collected)
