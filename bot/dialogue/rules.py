"""Rules compiled to an index: which rules can match is looked up, not searched for.

Where several rules match, Rasa takes the one whose states are longest *as JSON text*, and an
arbitrary one of equally long ones. Here the first of those in the files wins.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from bot.dialogue.catalogue import RULE_SNIPPET
from bot.dialogue.events import LISTEN, ActionExecuted, UserReverted
from bot.dialogue.features import SHOULD_NOT_BE_SET, Features
from bot.dialogue.states import State, settled, state_json, state_of
from bot.dialogue.tracker import Tracker, new_tracker

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bot.dialogue.catalogue import Catalogue
    from bot.dialogue.moment import Moment
    from bot.dialogue.training import Training

_INTERRUPTED = "loop_was_interrupted"
_NOT_THE_LOOP = "do_not_predict_loop_action"


_Newest: TypeAlias = "tuple[str | None, str | None]"  # the previous action; intent or text, if any


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledRule:
    """States, oldest first, after which `action` comes. `key` is their JSON, as Rasa writes it."""

    key: str
    states: tuple[State, ...]
    action: str

    @property
    def in_loop(self) -> bool:
        """Tell whether the rule is about what happens inside a loop."""
        return self.states[-1].loop not in (None, SHOULD_NOT_BE_SET)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A predictable action of a training conversation, and the states up to it, oldest first."""

    states: tuple[State, ...]
    action: str


class RuleIndex:
    """Rules by what their newest state asks for: previous action, and intent or text.

    `hears_words`: there are some that may match a message that counts by its words.
    """

    def __init__(self, rules: Iterable[CompiledRule]) -> None:
        """Index `rules`, given in the order of the files."""
        ordered = sorted(rules, key=lambda rule: -len(rule.key))  # stable: ties stay in file order
        self.rules = {rule.key: rule for rule in ordered}
        self.longest = max((len(rule.states) for rule in ordered), default=0)
        self._by_newest = _by_newest(ordered)
        self.hears_words = any(
            rule.states[-1].action == LISTEN and not rule.states[-1].intent for rule in ordered
        )

    def best(self, states: States) -> CompiledRule | None:
        """Return the rule that decides, if any matches."""
        return next((rule for rule in self._candidates(states) if matches(rule.states, states)), None)

    def actions(self, states: States) -> set[str]:
        """Return the actions of all rules that match."""
        return {rule.action for rule in self._candidates(states) if matches(rule.states, states)}

    def _candidates(self, states: States) -> Iterable[CompiledRule]:
        """Return the rules that may match, best first."""
        newest = states[0]
        assert newest is not None
        found = self._by_newest.get((newest.action, newest.intent or newest.text))
        return self._by_newest.get((newest.action, None), ()) if found is None else found

    def without(self, key: str) -> RuleIndex:
        """Return the index without one rule."""
        return RuleIndex(rule for rule in self.rules.values() if rule.key != key)


def _by_newest(ordered: Sequence[CompiledRule]) -> Mapping[_Newest, Sequence[CompiledRule]]:
    """Return rules by their newest state, best first; among them those that do not mind what was said."""
    ranks: defaultdict[_Newest, set[int]] = defaultdict(set)
    for rank, rule in enumerate(ordered):
        newest = rule.states[-1]
        ranks[newest.action, newest.intent or newest.text or None].add(rank)
    nothing: set[int] = set()
    return {
        (action, said): [ordered[rank] for rank in sorted(found | ranks.get((action, None), nothing))]
        for (action, said), found in ranks.items()
    }


class States:
    """States of a conversation counted from the newest (0) backwards, worked out when asked for."""

    def __init__(self, backwards: Iterator[State]) -> None:
        self._backwards = backwards
        self._known: list[State] = []

    def __getitem__(self, position: int) -> State | None:
        """Return the state at `position`; None beyond the oldest kept."""
        while len(self._known) <= position:
            state = next(self._backwards, None)
            if state is None:
                return None
            self._known.append(state)
        return self._known[position]


def matches(rule: Sequence[State], states: States) -> bool:
    """Tell whether a rule's states, oldest first, are the newest ones of the conversation."""
    for position, wanted in enumerate(reversed(rule)):
        found = states[position]
        if found is None:
            return False
        if wanted.action is None or found.action is None:
            # Where conversations start, a rule must start too; there slots are as they are.
            return wanted.action is None and found.action is None
        if not _fits(wanted, found):
            return False
    return True


def _fits(wanted: State, found: State) -> bool:
    said = (
        (wanted.intent is None or wanted.intent == found.intent)
        and (wanted.text is None or wanted.text == found.text)
        and (not wanted.entities or wanted.entities == found.entities)
    )
    if not said or (wanted.action, wanted.action_is_text) != (found.action, found.action_is_text):
        return False
    return _loop_fits(wanted.loop, found.loop) and _slots_fit(wanted.slots, found.slots)


def _loop_fits(wanted: str | None, found: str | None) -> bool:
    if wanted == SHOULD_NOT_BE_SET:
        return found in (None, SHOULD_NOT_BE_SET)
    return wanted is None or wanted == found


def _slots_fit(wanted: Features, found: Features) -> bool:
    return all(
        found.get(name) in (None, SHOULD_NOT_BE_SET)
        if feature == SHOULD_NOT_BE_SET
        else found.get(name) == feature
        for name, feature in wanted.items()
    )


def examples_of(training: Training, catalogue: Catalogue, *, only_set: bool) -> Iterator[Example]:
    """Yield what there is to learn from a training conversation.

    `only_set`: leave out slots that are as they start out (rules).

    As in Rasa, a story's states are those before each action that it tells of, while its actions are
    those that count: where a form runs twice in a row, what follows is learnt of one state earlier.
    """
    taken = [(event, before) for event, before in training.tracker.tail if isinstance(event, ActionExecuted)]
    moments = [before for _, before in taken]
    if not training.is_rule and _tells_more_than_counts(training.tracker):
        moments = _moments_told(training.tracker)
    states = tuple(_training_state(moment, catalogue, only_set=only_set) for moment in moments)
    for number, (event, _) in enumerate(taken, start=1):
        if not event.unpredictable:
            yield Example(states=states[:number], action=str(event.name or event.text))


def _tells_more_than_counts(tracker: Tracker) -> bool:
    actions = (event.name for event, _ in tracker.tail if isinstance(event, ActionExecuted))
    return any(name in tracker.books.loops for name in actions) or any(
        isinstance(event, UserReverted) for event in tracker.log
    )


def _moments_told(tracker: Tracker) -> list[Moment]:
    """Return the moment before each action, whether it counts or not, and the last one.

    As in Rasa, those before a rewind are forgotten, though its actions that count are not.
    """
    moments: list[Moment] = []
    so_far = new_tracker(tracker.catalogue)
    for event in tracker.log:
        if isinstance(event, ActionExecuted):
            moments.append(so_far.live)
        if isinstance(event, UserReverted):
            moments.clear()
        so_far = so_far.apply(event)
    return [*moments, so_far.live]


def _training_state(moment: Moment, catalogue: Catalogue, *, only_set: bool) -> State:
    features = moment.features
    if only_set:
        features = features.without(features.keys() - moment.carried.keys())
    return settled(state_of(moment, catalogue, slots=features))


def compile_rules(trainings: Iterable[Training], catalogue: Catalogue) -> RuleIndex:
    """Compile the training conversations of rules; the same states with two actions say nothing."""
    found: dict[str, CompiledRule] = {}
    ambiguous: set[str] = set()
    for training in trainings:
        for example in examples_of(training, catalogue, only_set=True):
            states = _after_snippet(example.states)
            if not states:
                continue
            key = _key(states)
            known = found.get(key)
            if known is not None and known.action != example.action:
                ambiguous.add(key)
            found.setdefault(key, CompiledRule(key=key, states=states, action=example.action))
    return RuleIndex(
        rule for rule in found.values() if rule.key not in ambiguous and rule.action != RULE_SNIPPET
    )


class UnhappyPaths:
    """What rules and stories say about leaving a loop's path for a while, and about coming back."""

    def __init__(self, rules: Iterable[Training], stories: Iterable[Training], catalogue: Catalogue) -> None:
        """Learn from all training conversations."""
        found: dict[str, CompiledRule] = {}
        for trainings, only_set in ((rules, True), (stories, False)):
            for training in trainings:
                for example in examples_of(training, catalogue, only_set=only_set):
                    _learn_unhappy(found, example.states, example.action)
        self.index = RuleIndex(found.values())

    def says(self, states: States) -> tuple[bool, bool]:
        """Return whether the loop was interrupted, and whether something other than the loop follows."""
        found = self.index.actions(states)
        return _INTERRUPTED in found, _NOT_THE_LOOP in found


def _learn_unhappy(found: dict[str, CompiledRule], states: tuple[State, ...], action: str) -> None:
    newest = states[-1]
    if newest.loop in (None, SHOULD_NOT_BE_SET):
        return
    if len(states) > 1 and states[-2].action:
        states = (State(action=states[-2].action, action_is_text=states[-2].action_is_text), newest)
    else:
        states = (newest,)
    states = _after_snippet(states)
    said = None
    if newest.action == LISTEN and action == newest.loop:
        said = _INTERRUPTED
    elif newest.action != LISTEN and action != newest.loop:
        said = _NOT_THE_LOOP
    if states and said:
        key = _key(states)
        found[key] = CompiledRule(key=key, states=states, action=said)


def _after_snippet(states: tuple[State, ...]) -> tuple[State, ...]:
    """Cut off everything up to the state after the pseudo action: any history may precede."""
    for position in range(len(states) - 1, -1, -1):
        if states[position].action == RULE_SNIPPET:
            return states[position + 1 :]
    return states


def key_of(states: tuple[State, ...]) -> str:
    """Return the JSON, as Rasa writes it, of what counts of states (oldest first)."""
    return _key(_after_snippet(states))


def _key(states: tuple[State, ...]) -> str:
    return json.dumps([state_json(state) for state in states], sort_keys=True)
