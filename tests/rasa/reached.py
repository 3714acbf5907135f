"""What conversations reach of a project: steps of rules and stories that decide, and what comes of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, fields
from functools import partial
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from bot.dialogue.dialogue import Dialogue
from bot.dialogue.events import LISTEN
from bot.dialogue.memoization import Memory
from bot.dialogue.rules import examples_of, key_of
from bot.dialogue.states import turns_of
from bot.dialogue.training import expand_rules, expand_stories

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bot.dialogue.prediction import Prediction
    from bot.dialogue.spec import DialogueSpec
    from bot.dialogue.states import State, Turns
    from bot.dialogue.tracker import Tracker

    Steps = Mapping[Any, set[str]]  # what a policy knows, and the steps it learnt that from


class Reached:
    """Counts what there is of a project and what of it was reached, by kind.

    Of rules and stories each step counts that a policy learnt; of forms that they begin and that they end.
    `dialogue` is to be played: it tells what decides.
    """

    def __init__(self, spec: DialogueSpec, dialogue: Dialogue) -> None:
        """Find out what there is, and have reached nothing of it."""
        domain = spec.domain
        self._steps = {"rules": _rule_steps(spec, dialogue), "stories": _story_steps(spec, dialogue)}
        self._there = {
            **{kind: frozenset[str]().union(*steps.values()) for kind, steps in self._steps.items()},
            "forms": frozenset(f"{form} {how}" for form in domain.forms for how in ("begins", "ends")),
            "actions": frozenset(domain.actions) - frozenset(domain.responses),
            "responses": frozenset(domain.responses),
            "slots": frozenset(name for name, slot in domain.slots.items() if slot.mappings),
        }
        self._seen: defaultdict[str, set[str]] = defaultdict(set)
        self.dialogue = _watched(dialogue, self)

    @override
    def __str__(self) -> str:
        """Return how many of how many were reached, by kind."""
        shares = (f"{kind} {seen}/{there}" for kind, (seen, there) in self.shares().items() if there)
        return ", ".join(shares)

    def ran(self, action: str) -> None:
        """Count an action that runs."""
        self._seen["actions"].add(action)

    def decided(self, kind: str, key: Any) -> None:
        """Count what a policy has its opinion from."""
        self._seen[kind] |= self._steps[kind].get(key, set())

    def happened(self, events: Iterable[Mapping[str, Any]]) -> None:
        """Count what a turn's events tell of."""
        action = None
        for event in events:
            match event:
                case {"event": "action", "name": str(name)}:
                    action = name
                    self._seen["actions"].add(name)
                    self._seen["responses"].add(name)
                case {"event": "bot", "metadata": {"utter_action": str(name)}}:
                    self._seen["responses"].add(name)
                case {"event": "slot", "name": str(name)}:
                    self._seen["slots"].add(name)
                case {"event": "active_loop", "name": str(name)}:
                    self._seen["forms"].add(f"{name} begins")
                case {"event": "active_loop"}:
                    self._seen["forms"].add(f"{action} ends")
                case _:
                    pass

    def shares(self) -> dict[str, tuple[int, int]]:
        """Return how many were reached, and of how many, by kind."""
        return {kind: (len(self._seen[kind] & there), len(there)) for kind, there in self._there.items()}

    def below(self, floors: Mapping[str, float]) -> list[str]:
        """Return what was not reached of the kinds of which too little was; `floors` are shares."""
        few = {kind for kind, (seen, there) in self.shares().items() if seen < floors[kind] * there}
        return [missed for missed in self.missed() if missed.partition(":")[0] in few]

    def missed(self) -> list[str]:
        """Return what was not reached, in words."""
        return [
            f"{kind}: {each}"
            for kind, there in self._there.items()
            for each in sorted(there - self._seen[kind])
        ]


def _rule_steps(spec: DialogueSpec, dialogue: Dialogue) -> Steps:
    """Return what rules decide. What follows a form that is on its way is none of it: it listens anyway."""
    found: defaultdict[Any, set[str]] = defaultdict(set)
    known = dialogue.rules.index.rules if dialogue.rules else {}
    for training in expand_rules(spec.rules, dialogue.catalogue):
        for number, example in enumerate(examples_of(training, dialogue.catalogue, only_set=True)):
            key, newest = key_of(example.states), example.states[-1]
            if key in known and (newest.loop is None or newest.action != newest.loop):
                found[key].add(f"{' > '.join(training.names)}, {number} {example.action}")
    return found


def _story_steps(spec: DialogueSpec, dialogue: Dialogue) -> Steps:
    """Return what memories recall. What is told by words alone they never do: they ask with intents."""
    found: defaultdict[Any, set[str]] = defaultdict(set)
    for training in expand_stories(spec.stories, dialogue.catalogue):
        for number, example in enumerate(examples_of(training, dialogue.catalogue, only_set=False)):
            for memory in (policy.memory for policy in dialogue.memories):
                key = example.states[-memory.max_history :] if memory.max_history else example.states
                by_words = example.states[-1].text and example.states[-1].action == LISTEN
                if key in memory.sequels and not by_words:
                    found[key].add(f"{' > '.join(training.names)}, {number} {example.action}")
    return found


class _Overheard(Memory):
    """A memory that tells what it recalls."""

    def __init__(self, memory: Memory, tell: Callable[[tuple[State, ...]], None]) -> None:
        self.__dict__.update(memory.__dict__)
        self._tell = tell

    @override
    def recall(self, turns: Turns) -> str | None:
        action = super().recall(turns)
        if action is not None:
            self._tell(turns.newest_states(self.max_history or self.longest + 1))
        return action


@dataclass(frozen=True, slots=True, kw_only=True)
class _Watched(Dialogue):
    """A dialogue of which is counted what decides. Memories are always asked, also where rules decide."""

    reached: Reached

    @override
    def predict(self, tracker: Tracker) -> Prediction:
        for policy in self.memories:
            policy.predict(tracker, turns_of(tracker, self.rule_only))
        best = Dialogue.predict(self, tracker)
        self.reached.decided("rules", best.source)
        return best


def _watched(dialogue: Dialogue, reached: Reached) -> Dialogue:
    for policy in dialogue.memories:
        policy.memory = _Overheard(policy.memory, partial(reached.decided, "stories"))
    parts = {part.name: getattr(dialogue, part.name) for part in fields(dialogue)}
    return _Watched(**parts, reached=reached)
