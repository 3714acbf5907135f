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
    tail = tracker.tail
    actions = _actions_in(tail)
    if len(actions) >= window.least_actions:
        without = drop_hidden_turns(tail, actions[-window.least_actions][0], tracker.catalogue)
        if without is not tail:
            tail, actions = without, _actions_in(without)
    cut = _cut(tail, actions, window)
    base = tracker.base
    for event, _ in tail[:cut]:
        base = step(base, event, tracker.catalogue)
    return tracker._replace(
        base=base,
        tail=tail[cut:],
        log=tracker.log[-LOGGED_EVENTS:],
        whole=tracker.whole and cut == 0,
    )


def _cut(tail: Sequence[Entry], actions: Sequence[tuple[int, ActionExecuted]], window: Window) -> int:
    """Return how many of the oldest entries to fold away."""
    most, least, least_visible = window.most_actions, window.least_actions, window.least_visible
    too_many_events = max(len(tail) - most * _EVENTS_PER_ACTION, 0)
    if len(actions) < least:
        return too_many_events
    number = visible = 0
    for position, action in reversed(actions):
        number += not is_remnant(tail[position])
        visible += not action.hidden
        if (number >= least and visible >= least_visible) or number >= most:
            return max(position, too_many_events)
    return too_many_events


def _actions_in(tail: Sequence[Entry]) -> list[tuple[int, ActionExecuted]]:
    """Return the actions and where they stand."""
    return [
        (position, event) for position, (event, _) in enumerate(tail) if isinstance(event, ActionExecuted)
    ]
