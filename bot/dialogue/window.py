"""How much of a conversation a tracker keeps event by event, and folding away the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.dialogue.events import ActionExecuted
from bot.dialogue.moment import step

if TYPE_CHECKING:
    from bot.dialogue.tracker import Entry, Tracker

REWIND_ACTIONS = 12  # about five turns can be taken back before rules notice the missing past
_REWIND_VISIBLE = 4  # and at least two before memoization does, which sees fewer turns
_EVENTS_PER_ACTION = 8  # a tail with more (slots set one by one, messages while paused) is cut too
LOGGED_EVENTS = 30  # what actions can look back on: about five turns


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The number of newest actions that rules and stories can look back on.

    `visible` counts only turns that memoization sees; since hidden ones lie between them, the
    tail may hold up to twice as many actions.
    """

    actions: int = 5
    visible: int = 0

    @property
    def most_actions(self) -> int:
        """The number of actions that are never exceeded."""
        return 2 * (max(self.actions, self.visible) + REWIND_ACTIONS)


def trim(tracker: Tracker, window: Window) -> Tracker:
    """Fold events older than the window into the base. What counts now is not changed."""
    tracker = tracker._replace(log=tracker.log[-LOGGED_EVENTS:])
    cut = _cut(tracker.tail, window)
    if cut == 0:
        return tracker
    base = tracker.base
    for event, _ in tracker.tail[:cut]:
        base = step(base, event, tracker.catalogue)
    return tracker._replace(base=base, tail=tracker.tail[cut:], whole=False)


def _cut(tail: tuple[Entry, ...], window: Window) -> int:
    """Return how many of the oldest entries to fold away."""
    actions = visible = 0
    enough = window.actions + REWIND_ACTIONS
    enough_visible = window.visible + _REWIND_VISIBLE
    most = window.most_actions
    most_events = most * _EVENTS_PER_ACTION
    for position in range(len(tail) - 1, -1, -1):
        event = tail[position].event
        if isinstance(event, ActionExecuted):
            actions += 1
            visible += not event.hidden
            if (actions >= enough and visible >= enough_visible) or actions >= most:
                return position
        elif len(tail) - position > most_events:
            return position
    return 0
