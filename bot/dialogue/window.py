"""How much of a conversation a tracker keeps event by event, and folding away the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.dialogue.events import ActionExecuted
from bot.dialogue.hidden_turns import drop_hidden_turns, is_remnant
from bot.dialogue.moment import step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.dialogue.tracker import Entry, Tracker

REWIND_ACTIONS = 12  # about five turns can be taken back before rules notice the missing past
_REWIND_VISIBLE = 4  # and at least two before memoization does, which sees fewer turns
_EVENTS_PER_ACTION = 8  # a tail with more (slots set one by one, messages while paused) is cut too
LOGGED_EVENTS = 30  # what actions can look back on: about five turns


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The number of newest actions that rules and stories can look back on.

    `visible` counts only turns that memoization sees; older ones that it does not see are dropped. Where
    some cannot be, the tail may hold up to twice as many actions.
    """

    actions: int = 5
    visible: int = 0

    @property
    def least_actions(self) -> int:
        """The number of newest actions that are kept as they are."""
        return self.actions + REWIND_ACTIONS

    @property
    def least_visible(self) -> int:
        """The number of newest actions that memoization sees which are kept."""
        return self.visible + _REWIND_VISIBLE if self.visible else 0

    @property
    def most_actions(self) -> int:
        """The number of actions that are never exceeded."""
        return 2 * (max(self.actions, self.visible) + REWIND_ACTIONS)


def trim(tracker: Tracker, window: Window) -> Tracker:
    """Fold events older than the window into the base. What counts now is not changed."""
    tracker = tracker._replace(log=tracker.log[-LOGGED_EVENTS:])
    newest = _nth_newest_action(tracker.tail, window.least_actions)
    tail = tracker.tail if newest is None else drop_hidden_turns(tracker.tail, newest, tracker.catalogue)
    cut = _cut(tail, window)
    base = tracker.base
    for event, _ in tail[:cut]:
        base = step(base, event, tracker.catalogue)
    return tracker._replace(base=base, tail=tail[cut:], whole=tracker.whole and cut == 0)


def _nth_newest_action(tail: Sequence[Entry], number: int) -> int | None:
    """Return where it is, None where there are not so many."""
    for position in range(len(tail) - 1, -1, -1):
        if isinstance(tail[position].event, ActionExecuted):
            number -= 1
            if number == 0:
                return position
    return None


def _cut(tail: Sequence[Entry], window: Window) -> int:
    """Return how many of the oldest entries to fold away."""
    most = window.most_actions
    actions = visible = 0
    for position in range(len(tail) - 1, -1, -1):
        event = tail[position].event
        if isinstance(event, ActionExecuted):
            actions += not is_remnant(tail[position])
            visible += not event.hidden
            enough = actions >= window.least_actions and visible >= window.least_visible
            if enough or actions >= most:
                return position
        elif len(tail) - position > most * _EVENTS_PER_ACTION:
            return position
    return 0
