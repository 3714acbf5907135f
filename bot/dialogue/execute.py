"""Carrying out an action: which events it comes to. Actions of the project are asked for by `Call`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.dialogue.catalogue import TWO_STAGE_FALLBACK, ActionKind
from bot.dialogue.events import (
    LISTEN,
    REQUESTED_SLOT,
    SESSION_START,
    ActionExecuted,
    Event,
    LoopSet,
    Restarted,
    SessionStarted,
    SlotSet,
    UserReverted,
)
from bot.dialogue.extraction import extract_slots
from bot.dialogue.fallback import (
    ASK_AFFIRMATION,
    ASK_REPHRASE,
    DEFAULT_FALLBACK,
    affirmation,
    revert_fallback_events,
    run_two_stage_fallback,
)
from bot.dialogue.forms import run_form
from bot.dialogue.responses import bot_event
from bot.dialogue.scene import run_custom
from bot.errors import ActionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.dialogue.calls import Steps
    from bot.dialogue.scene import Scene
    from bot.dialogue.tracker import Tracker


def execute(scene: Scene, action: str, tracker: Tracker) -> Steps:
    """Carry out `action`. May raise `ActionRefused`, and what running a project's action raises."""
    catalogue = scene.catalogue
    match catalogue.kind_of(action):
        case ActionKind.DEFAULT:
            return (yield from _execute_default(scene, action, tracker))
        case ActionKind.RESPONSE:
            return scene.utter(action, tracker.live.slots)
        case ActionKind.RETRIEVAL:
            return _retrieved(scene, action, tracker)
        case ActionKind.TEXT:
            return (bot_event({"text": action}),)
        case ActionKind.FORM:
            return (yield from run_form(scene, catalogue.domain.forms[action], tracker))
        case ActionKind.CUSTOM:
            return (yield from run_custom(scene, action, tracker))


def _execute_default(scene: Scene, action: str, tracker: Tracker) -> Steps:
    if action == TWO_STAGE_FALLBACK:
        return (
            yield from run_two_stage_fallback(
                action,
                tracker,
                lambda name, now: execute(scene, name, now),
            )
        )
    if action == "action_extract_slots":
        return (yield from extract_slots(scene, tracker))
    simple = _SIMPLE.get(action)
    return simple(scene, tracker) if simple else ()


def _restart(scene: Scene, tracker: Tracker) -> tuple[Event, ...]:
    return (*scene.utter("utter_restart", tracker.live.slots), Restarted())


def _back(scene: Scene, tracker: Tracker) -> tuple[Event, ...]:
    return (*scene.utter("utter_back", tracker.live.slots), UserReverted(), UserReverted())


def _default_fallback(scene: Scene, tracker: Tracker) -> tuple[Event, ...]:
    return (*scene.utter("utter_default", tracker.live.slots), UserReverted())


def _session_start(scene: Scene, tracker: Tracker) -> tuple[Event, ...]:
    """Start a session. Rasa repeats every slot event of the old one; the last value of each says the same."""
    carried = tracker.applied.carried if scene.catalogue.domain.session.carry_over_slots else {}
    slots = (SlotSet(name=name, value=value) for name, value in carried.items())
    return (SessionStarted(), *slots, ActionExecuted(name=LISTEN))


def _deactivate_loop(_scene: Scene, _tracker: Tracker) -> tuple[Event, ...]:
    return (LoopSet(name=None), SlotSet(name=REQUESTED_SLOT, value=None))


def _ask_affirmation(scene: Scene, tracker: Tracker) -> tuple[Event, ...]:
    """Ask whether the likeliest intent was meant. Of a picture there is none: it is asked for in words."""
    message = tracker.live.message
    wordless = message is not None and not message.text
    rephrase = scene.utter("utter_ask_rephrase", tracker.live.slots) if wordless else ()
    return rephrase or (affirmation(tracker),)


def _ask_rephrase(scene: Scene, tracker: Tracker) -> tuple[Event, ...]:
    return scene.utter("utter_ask_rephrase", tracker.live.slots)


def _revert(_scene: Scene, tracker: Tracker) -> tuple[Event, ...]:
    return revert_fallback_events(tracker)


_SIMPLE: dict[str, Callable[[Scene, Tracker], tuple[Event, ...]]] = {
    "action_restart": _restart,
    "action_back": _back,
    DEFAULT_FALLBACK: _default_fallback,
    SESSION_START: _session_start,
    "action_deactivate_loop": _deactivate_loop,
    ASK_AFFIRMATION: _ask_affirmation,
    ASK_REPHRASE: _ask_rephrase,
    "action_revert_fallback_events": _revert,
}


def _retrieved(scene: Scene, action: str, tracker: Tracker) -> tuple[Event, ...]:
    """Say the response that was selected for `utter_<retrieval intent>`.

    Raises `ActionError` where there is none (`/faq` without a key): where Rasa says nothing, customers
    would wait for an answer that never comes.
    """
    message = tracker.live.message
    selected = message.parse_data.get("response_selector") if message else None
    found = selected.get(action.removeprefix("utter_")) if isinstance(selected, dict) else None
    response = found.get("response") if isinstance(found, dict) else None
    name = response.get("utter_action") if isinstance(response, dict) else None
    said = scene.utter(str(name), tracker.live.slots)
    if not said:
        raise ActionError(f"{action} has nothing to say: no response is selected")
    return said
