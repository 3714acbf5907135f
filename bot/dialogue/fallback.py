"""The two-stage fallback: did you mean, say it differently, then give up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.dialogue.events import LISTEN, ActionExecuted, Event, LoopSet, UserReverted
from bot.dialogue.responses import bot_event
from bot.domain.understanding import FALLBACK_INTENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.dialogue.calls import Steps
    from bot.dialogue.events import BotUttered, UserUttered
    from bot.dialogue.moment import Moment
    from bot.dialogue.tracker import Tracker

OUT_OF_SCOPE = "out_of_scope"
ASK_AFFIRMATION = "action_default_ask_affirmation"
ASK_REPHRASE = "action_default_ask_rephrase"
DEFAULT_FALLBACK = "action_default_fallback"
_NOT_CLEAR = (FALLBACK_INTENT, OUT_OF_SCOPE)


def run_two_stage_fallback(
    loop: str,
    tracker: Tracker,
    execute: Callable[[str, Tracker], Steps],
) -> Steps:
    """Run the loop once.

    `execute` carries out the actions it consists of; a project may replace each of them.
    """
    events: tuple[Event, ...] = ()
    if tracker.live.loop_name != loop:
        events = (LoopSet(name=loop),)
    if not _is_done(tracker):
        affirm = bool(events) or tracker.live.intent == FALLBACK_INTENT
        asked = yield from execute(ASK_AFFIRMATION if affirm else ASK_REPHRASE, tracker)
        return (*events, *asked)
    events = (*events, LoopSet(name=None))
    if _gives_up(tracker):
        return (*events, *(yield from execute(DEFAULT_FALLBACK, tracker)))
    return (*events, UserReverted(), *_clarified(tracker.live))


def affirmation(tracker: Tracker) -> BotUttered:
    """Return Rasa's question whether the likeliest intent was meant."""
    message = tracker.live.message
    intent = tracker.live.intent
    ranking = message.parse_data.get("intent_ranking") if message else None
    if intent == FALLBACK_INTENT and isinstance(ranking, list | tuple) and len(ranking) > 1:
        second = ranking[1]
        intent = str(second.get("name")) if isinstance(second, dict) else intent
    buttons = [{"title": "Yes", "payload": f"/{intent}"}, {"title": "No", "payload": f"/{OUT_OF_SCOPE}"}]
    return bot_event(
        {"text": f"Did you mean '{intent}'?", "buttons": buttons, "utter_action": ASK_AFFIRMATION}
    )


def revert_fallback_events(tracker: Tracker) -> tuple[Event, ...]:
    """Return what `action_revert_fallback_events` does (kept for projects of Rasa's older fallback)."""
    rephrased = tracker.last_action() == ASK_REPHRASE
    affirmed = tracker.last_action() == ASK_AFFIRMATION
    message = tracker.last_user_message()
    if message is None:
        return ()
    listen = ActionExecuted(name=LISTEN)
    rephrasing = (UserReverted(), UserReverted(), UserReverted(), listen)
    if rephrased:
        return (*rephrasing, message)
    if not affirmed:
        return ()
    again = rephrasing if tracker.last_action(skip=1) == ASK_REPHRASE else ()
    return (UserReverted(), UserReverted(), listen, *again, _certain(message))


def _is_done(tracker: Tracker) -> bool:
    return tracker.live.intent not in _NOT_CLEAR or _gives_up(tracker)


def _gives_up(tracker: Tracker) -> bool:
    """Tell whether it was not understood twice in a row, or "no" was said a second time."""
    said = tuple(intent for intent in tracker.books.recent[:2] if intent != "")
    thrice = tuple(intent for intent in tracker.books.recent[:3] if intent != "")
    return said == (FALLBACK_INTENT, FALLBACK_INTENT) or thrice == (
        OUT_OF_SCOPE,
        FALLBACK_INTENT,
        OUT_OF_SCOPE,
    )


def _clarified(now: Moment) -> tuple[Event, ...]:
    """Hear the message again, certain now of what it means."""
    if now.message is None:
        return ()
    return (ActionExecuted(name=LISTEN), replace(_certain(now.message), by_text=now.by_text))


def _certain(message: UserUttered) -> UserUttered:
    intent = message.parse_data.get("intent")
    sure = {**(intent if isinstance(intent, dict) else {"name": message.intent}), "confidence": 1.0}
    return replace(message, timestamp=0.0, confidence=1.0, parse_data={**message.parse_data, "intent": sure})
