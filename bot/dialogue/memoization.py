"""MemoizationPolicy and AugmentedMemoizationPolicy: exactly this was told in a story."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.dialogue.events import LISTEN, ActionExecuted
from bot.dialogue.moment import first_moment, step
from bot.dialogue.prediction import Prediction, score_of
from bot.dialogue.rules import examples_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.dialogue.catalogue import Catalogue
    from bot.dialogue.events import Event
    from bot.dialogue.moment import Moment
    from bot.dialogue.spec import MemorySpec
    from bot.dialogue.states import State, Turn, Turns
    from bot.dialogue.tracker import Tracker
    from bot.dialogue.training import Training


class Memory:
    """States of stories and what came next. States with two different sequels are forgotten."""

    def __init__(self, stories: Iterable[Training], catalogue: Catalogue, max_history: int | None) -> None:
        """Memorize `stories`, at most `max_history` states back (None: from their beginning)."""
        self.max_history = max_history
        self.sequels: dict[tuple[State, ...], str] = {}
        ambiguous: set[tuple[State, ...]] = set()
        for training in stories:
            for example in examples_of(training, catalogue, only_set=False):
                states = self._newest(example.states)
                if self.sequels.setdefault(states, example.action) != example.action:
                    ambiguous.add(states)
        for states in ambiguous:
            del self.sequels[states]
        self.longest = max(map(len, self.sequels), default=0)
        self._endings = {(states[-1].action, states[-1].intent) for states in self.sequels}
        self._intents = {intent for _, intent in self._endings}

    def may_know(self, now: Moment) -> bool:
        """Tell whether searching is not idle: most of what is said is in no story."""
        return now.action != LISTEN or now.by_text is True or now.intent in self._intents

    def recall(self, turns: Turns) -> str | None:
        """Return what came after exactly these turns, if it was always the same."""
        newest = turns.newest()
        if newest is None or (newest.action, newest.intent) not in self._endings:
            return None
        return self.sequels.get(turns.newest_states(self.max_history or self.longest + 1))

    def _newest(self, states: tuple[State, ...]) -> tuple[State, ...]:
        """Return as many of the newest states as are compared."""
        return states[-self.max_history :] if self.max_history else states


class MemoizationPolicy:
    """Recalls; the augmented variant also tries with ever more of the past forgotten."""

    def __init__(self, memory: Memory, spec: MemorySpec) -> None:
        """Hold the memory."""
        self.memory = memory
        self._spec = spec
        self._name = "AugmentedMemoizationPolicy" if spec.augmented else "MemoizationPolicy"

    @property
    def priority(self) -> int:
        """What decides between policies that are equally certain."""
        return self._spec.priority

    @property
    def looks_back(self) -> int:
        """The number of newest actions, hidden ones too, that decide how much of the past is forgotten."""
        return (self.memory.max_history or 0) if self._spec.augmented else 0

    def predict(self, tracker: Tracker, turns: Turns) -> Prediction:
        """Return what came next in the stories; `turns` are those of `tracker`."""
        action = self._recall(tracker, turns)
        return Prediction(
            policy=self._name,
            priority=self._spec.priority,
            action=action,
            confidence=0.0 if action is None else score_of(tracker, by_confidence=self._spec.by_confidence),
        )

    def _recall(self, tracker: Tracker, turns: Turns) -> str | None:
        if not self.memory.may_know(tracker.applied):
            return None
        action = self.memory.recall(turns)
        wanted = self.memory.max_history
        if action is not None and (tracker.whole or (wanted is not None and turns.reach(wanted))):
            return action
        return self._recall_with_less(tracker, turns) if self._spec.augmented else None

    def _recall_with_less(self, tracker: Tracker, turns: Turns) -> str | None:
        catalogue = tracker.catalogue
        events = _since_max_history([event for event, _ in tracker.tail], self.memory.max_history)
        for position, event in enumerate(events):
            if isinstance(event, ActionExecuted):
                backwards = reversed(list(_turns(events[position:], catalogue)))
                action = self.memory.recall(turns.of_others(backwards))
                if action is not None:
                    return action
        return None


def _turns(events: list[Event], catalogue: Catalogue) -> Iterator[Turn]:
    """Yield the moments before each action, as if the conversation had started with `events`."""
    moment = first_moment(catalogue)
    for event in events:
        if isinstance(event, ActionExecuted):
            yield moment, event.hidden
        moment = step(moment, event, catalogue)
    yield moment, False


def _since_max_history(events: list[Event], max_history: int | None) -> list[Event]:
    """Cut at the newest listening that has `max_history` actions after it."""
    if not max_history:
        return events
    actions = 0
    for position in range(len(events) - 1, -1, -1):
        event = events[position]
        if isinstance(event, ActionExecuted):
            actions += 1
            if actions > max_history and event.name == LISTEN:
                return events[position:]
    return events
