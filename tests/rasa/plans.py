"""What rules and stories tell of, as plans that a walk can follow to their end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.dialogue.catalogue import RULE_SNIPPET
from bot.dialogue.events import LISTEN, REQUESTED_SLOT, ActionExecuted, LoopSet, SlotSet, UserUttered
from bot.dialogue.features import SHOULD_NOT_BE_SET
from bot.dialogue.training import expand_rules, expand_stories

if TYPE_CHECKING:
    from bot.dialogue.events import Event
    from bot.dialogue.training import Training
    from bot.domain.json import Json
    from tests.rasa.native import NativeProject


@dataclass(frozen=True, slots=True)
class Have:
    """A slot has this value by now, whoever sets it."""

    slot: str
    value: Json


@dataclass(frozen=True, slots=True)
class Fill:
    """Answer what a form asks for, until it is done or asks for `slot`."""

    slot: str | None = None


Plan = list[UserUttered | Have | Fill]
RESTART = UserUttered(intent="restart")


def plans_of(project: NativeProject) -> list[Plan]:
    """Return a plan for each rule and each way through the stories."""
    spec, catalogue = project.spec, project.dialogue.catalogue
    trainings = [*expand_rules(spec.rules, catalogue), *expand_stories(spec.stories, catalogue)]
    ways = _ways(trainings)
    plans = (_plan(_events(training), ways) for training in trainings)
    return [plan for plan in plans if any(isinstance(step, UserUttered) for step in plan)]


def _events(training: Training) -> list[Event]:
    return [event for event, _ in training.tracker.tail]


def _ways(trainings: list[Training]) -> dict[str, Plan]:
    """Return what is to be said for an action to run, by its name: the shortest way that some path tells."""
    found: dict[str, Plan] = {}
    for training in trainings:
        said: Plan = []
        for event in _events(training):
            if isinstance(event, UserUttered):
                said.append(event)
            elif isinstance(event, ActionExecuted) and event.name == RULE_SNIPPET:
                continue
            elif isinstance(event, ActionExecuted) and event.name and said:
                known = found.setdefault(event.name, said.copy())
                if len(said) < len(known):
                    found[event.name] = said.copy()
    return found


def _plan(events: list[Event], ways: dict[str, Plan]) -> Plan:
    plan: Plan = []
    loop: str | None = None
    heard = False
    for event in events:
        heard = isinstance(event, UserUttered) or (heard and isinstance(event, SlotSet))
        match event:
            case UserUttered():
                plan.append(event)
            case SlotSet(name=name, value=value) if name == REQUESTED_SLOT:
                plan += [] if value in (None, SHOULD_NOT_BE_SET) else [Fill(str(value))]
            case SlotSet(name=name, value=value):
                # What is set once a message is heard is set before it: nothing else is told in between.
                place = len(plan) - (heard and bool(plan))
                plan.insert(place, Have(name, None if value == SHOULD_NOT_BE_SET else value))
            case LoopSet(name=name) if name in (None, SHOULD_NOT_BE_SET):
                plan += [Fill()] if loop else []
                loop = None
            case LoopSet(name=name):
                plan += [] if _speaks(plan) else ways.get(str(name), [])
                loop = name
            case ActionExecuted(name=name) if name not in (LISTEN, RULE_SNIPPET) and not _speaks(plan):
                plan += ways.get(str(name), [])
            case _:
                pass
    return plan


def _speaks(plan: Plan) -> bool:
    return any(isinstance(step, UserUttered) for step in plan)
