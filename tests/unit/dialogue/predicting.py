"""Conversations so far, in few words, and what a compiled dialogue does next."""

from __future__ import annotations

from bot.dialogue.dialogue import Dialogue, compile_dialogue
from bot.dialogue.event_json import user_event
from bot.dialogue.events import LISTEN, ActionExecuted, Event
from bot.dialogue.spec import PolicySpec, RuleSpec, StorySpec
from bot.dialogue.tracker import Tracker, new_tracker
from tests.unit.dialogue.specs import (
    RULES,
    spec,
)

LISTENING = ActionExecuted(name=LISTEN)


def said(name: str, *entities: dict[str, str]) -> tuple[Event, ...]:
    event = user_event(
        {"text": f"/{name}", "intent": {"name": name, "confidence": 1.0}, "entities": list(entities)}
    )
    return (LISTENING, event)


def did(name: str) -> Event:
    return ActionExecuted(name=name)


def after(dialogue: Dialogue, *events: Event) -> Tracker:
    return new_tracker(dialogue.catalogue).apply_all(events)


def next_action(dialogue: Dialogue, *events: Event) -> str | None:
    return dialogue.predict(after(dialogue, *events)).action


def compiled(
    *rules: RuleSpec, stories: tuple[StorySpec, ...] = (), policies: PolicySpec | None = None
) -> Dialogue:
    return compile_dialogue(spec(rules=rules or RULES, stories=stories, policies=policies))
