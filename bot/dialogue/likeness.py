"""What stories tell of situations like this one: stands in for a policy that learns (Rasa's TEDPolicy).

Memory recalls what was told word for word. Customers say things in an order of their own, and a policy that
learns goes on all the same: it has seen stories follow one another, and weighs what was said last the most.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from bot.dialogue.events import LISTEN
from bot.dialogue.prediction import Prediction
from bot.dialogue.rules import examples_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.dialogue.catalogue import Catalogue
    from bot.dialogue.states import State, Turns
    from bot.dialogue.training import Training

NAME = "LikenessPolicy"
LOOKS_BACK = 5  # states: as many as Rasa's default configuration has TEDPolicy see
_PRIORITY = 1  # TEDPolicy's
# How sure a prediction is, if all that is told agrees. A project refuses the doubtful ones with
# `core_fallback_threshold`, as it would TEDPolicy's.
_IN_CONTEXT = 0.9  # the bot had said the same before, or a story begins here
_BY_MESSAGE = 0.6  # the same was said to it, or done by it, amid something else
_IN_ANOTHER_LOOP = 0.4  # and no form was under way, or another


class Told(NamedTuple):
    """The newest states before a story's action, oldest first, and that action."""

    states: tuple[State, ...]
    action: str


class _Likeness(NamedTuple):
    """How much a told situation is like the one now; the greatest counts."""

    sureness: float
    depth: int
    agreement: int  # the less differs between slots and entities, the nearer it is to 0 from below


class LikenessPolicy:
    """Says what stories go on with after the most similar situation, where they agree about it."""

    def __init__(self, stories: Iterable[Training], catalogue: Catalogue) -> None:
        """Remember the situations of `stories`."""
        told = (
            Told(example.states[-LOOKS_BACK:], example.action)
            for training in stories
            for example in examples_of(training, catalogue, only_set=False)
        )
        by_message: defaultdict[tuple[str | None, str | None], list[Told]] = defaultdict(list)
        by_action: defaultdict[str | None, list[Told]] = defaultdict(list)
        for each in dict.fromkeys(told):  # told twice is not twice as true: branches repeat what they share
            newest = each.states[-1]
            by_message[_what_counts(newest)].append(each)
            if newest.action != LISTEN:
                by_action[newest.action].append(each)
        self._by_message, self._by_action = dict(by_message), dict(by_action)

    def predict(self, turns: Turns) -> Prediction:
        """Return what most stories go on with; none where no story knows the message, or they disagree."""
        now = turns.newest_states(LOOKS_BACK)
        known = self._known(now[-1]) if now else ()
        if not known:
            return Prediction(policy=NAME, priority=_PRIORITY)
        alike = [(_compare(each.states, now), each.action) for each in known]
        nearest = max(likeness for likeness, _ in alike)
        voting = [action for likeness, action in alike if _counts(likeness, nearest)]
        action, votes = Counter(voting).most_common(1)[0]
        return Prediction(
            policy=NAME,
            priority=_PRIORITY,
            action=action,
            confidence=nearest.sureness * votes / len(voting),
        )

    def _known(self, newest: State) -> Sequence[Told]:
        """Return what is told of such a message, or where none is told of, of what the bot has just done."""
        told = self._by_message.get(_what_counts(newest))
        return self._by_action.get(newest.action, ()) if told is None else told


def _what_counts(state: State) -> tuple[str | None, str | None]:
    """Return what was last done and said."""
    return state.action, state.intent or state.text


def _counts(likeness: _Likeness, nearest: _Likeness) -> bool:
    """Tell whether a situation has a vote: in context the nearest, else all that are as sure."""
    return likeness == nearest if nearest.sureness == _IN_CONTEXT else likeness.sureness == nearest.sureness


def _compare(told: Sequence[State], now: Sequence[State]) -> _Likeness:
    """Compare two situations, from the newest state backwards."""
    depth = 1
    for theirs, ours in zip(reversed(told[:-1]), reversed(now[:-1]), strict=False):
        if (_what_counts(theirs), theirs.loop) != (_what_counts(ours), ours.loop):
            break
        depth += 1
    pairs = zip(told[-depth:], now[-depth:], strict=True)
    differing = sum(_differences(theirs, ours) for theirs, ours in pairs)
    return _Likeness(_sureness(told, now), depth, -differing)


def _sureness(told: Sequence[State], now: Sequence[State]) -> float:
    if told[-1].loop != now[-1].loop:
        return _IN_ANOTHER_LOOP
    if _what_counts(told[-1]) != _what_counts(now[-1]):
        return _BY_MESSAGE
    before = told[-2].action if len(told) > 1 else None
    follows = before is None or (len(now) > 1 and now[-2].action == before)
    return _IN_CONTEXT if follows else _BY_MESSAGE


def _differences(theirs: State, ours: State) -> int:
    """Count the slots and entities that are not the same in both."""
    slots = theirs.slots.items() ^ ours.slots.items()
    return len({name for name, _ in slots}) + len(set(theirs.entities) ^ set(ours.entities))
