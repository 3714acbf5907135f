"""Sessions that begin without `session_started`: a project's own session start need not log it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.dialogue.events import SESSION_START, ActionExecuted, Event, SessionStarted
from bot.dialogue.tracker import new_tracker

if TYPE_CHECKING:
    from bot.dialogue.tracker import Tracker


def forget_earlier_sessions(tracker: Tracker) -> Tracker:
    """Return a tracker, as it was stored, without what was before the last `action_session_start`.

    As Rasa's stores do: they read back what follows that action, whether it logged `session_started`
    (which starts a tracker over by itself) or not. Slots that it did not set are lost.
    """
    log = tracker.log
    start = next((number for number in range(len(log) - 1, -1, -1) if _starts(log[number])), None)
    if start is None or any(isinstance(event, SessionStarted) for event in log[start:]):
        return tracker
    return new_tracker(tracker.catalogue).apply_all(log[start:])


def _starts(event: Event) -> bool:
    return isinstance(event, ActionExecuted) and event.name == SESSION_START
