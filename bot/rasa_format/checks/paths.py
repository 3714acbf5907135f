"""The steps of rules and stories against the domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.dialogue.checkpoints import START
from bot.dialogue.spec import SlotType, StepType
from bot.dialogue.training import EVENT_NAMES
from bot.domain.example import Source
from bot.rasa_format.checks.intents import all_steps, walk_steps
from bot.rasa_format.problem import Severity, did_you_mean

if TYPE_CHECKING:
    from bot.dialogue.spec import DialogueSpec, DomainSpec, Step
    from bot.domain.json import Json
    from bot.rasa_format.known import Known
    from bot.rasa_format.problem import Problems

_NOWHERE = Source(path="", line=0)
_MUST_EXIST = ("form", "slot")  # of an intent or entity that no domain has, Rasa only warns
_FILLED_BY_NAME = (SlotType.TEXT, SlotType.LIST, SlotType.ANY)


def check_paths(dialogue: DialogueSpec, known: Known, problems: Problems) -> None:
    """Whatever a step names exists."""
    for step in all_steps(dialogue):
        source = step.source or _NOWHERE
        if step.type is StepType.INTENT:
            _check_name(step.name, "intent", known.intents, source, problems)
        elif step.type is StepType.ACTION:
            _check_action(step.name or "", known, source, problems)
        elif step.type is StepType.LOOP and step.name:
            _check_name(step.name, "form", known.loops, source, problems)
        for entity, _, _, _ in step.entities:
            _check_name(entity, "entity", known.entities, source, problems)
        _check_slots(step, dialogue.domain, known, problems)
    _check_checkpoints(dialogue, problems)


def _check_name(
    name: str | None, kind: str, known: frozenset[str], source: Source, problems: Problems
) -> None:
    if name and name not in known:
        hint = did_you_mean(name, known) or f" Add it to the domain, or name {_article(kind)} that is there."
        severity = Severity.ERROR if kind in _MUST_EXIST else Severity.WARNING
        problems.tell(source, severity, f"The {kind} `{name}` is not in the domain.{hint}")


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def _check_action(name: str, known: Known, source: Source, problems: Problems) -> None:
    if name in known.actions:
        return
    if name in known.unwritten:
        text = f"The response `{name}` stands under `actions` alone, so nothing is said here."
        problems.warn(source, f"{text} Add it to `responses` of the domain.")
        return
    if name.startswith("utter_"):
        hint = did_you_mean(name, known.responses) or " Add it to `responses` of the domain."
        problems.error(source, f"The response `{name}` does not exist.{hint}")
        return
    hint = did_you_mean(name, known.actions) or " Add it to `actions` of the domain."
    if name in EVENT_NAMES:
        text = f"`{name}` is no action of the domain, so it stands for the event of that name, as in Rasa."
        problems.warn(source, f"{text} If an action is meant:{hint}")
        return
    problems.error(source, f"The action `{name}` is not in the domain.{hint}")


def _check_slots(step: Step, domain: DomainSpec, known: Known, problems: Problems) -> None:
    source = step.source or _NOWHERE
    for name in (*(name for name, _ in step.slots), *step.filled):
        _check_name(name, "slot", known.slots, source, problems)
    for name in step.filled:
        slot = domain.slots.get(name)
        if slot and slot.type not in _FILLED_BY_NAME and slot.influence_conversation:
            text = f"Slot `{name}` needs a value here, because it is {slot.type}. Write `- {name}: …`."
            problems.warn(source, text)
    for name, value in step.slots:
        _check_category(name, value, domain, source, problems)


def _check_category(name: str, value: Json, domain: DomainSpec, source: Source, problems: Problems) -> None:
    slot = domain.slots.get(name)
    if value is None or slot is None or slot.type is not SlotType.CATEGORICAL:
        return
    values = [str(known).lower() for known in slot.values]
    if str(value).lower() not in (*values, "__other__"):
        hint = did_you_mean(str(value).lower(), values) or f" Values are: {', '.join(values)}."
        problems.warn(source, f"`{value}` is not among the values of slot `{name}`.{hint}")


def _check_checkpoints(dialogue: DialogueSpec, problems: Problems) -> None:
    """A checkpoint that a story starts from is one that another story ends in."""
    starts: dict[str, Source] = {}
    ends: dict[str, Source] = {}
    for story in dialogue.stories:
        for number, step in enumerate(walk_steps(story.steps)):
            if step.type is StepType.CHECKPOINT and step.name:
                (ends if number else starts).setdefault(step.name, step.source or _NOWHERE)
    for name, source in starts.items():
        if name not in ends and name != START:
            hint = did_you_mean(name, ends) or " Let one end there."
            problems.warn(
                source, f"No story ends in the checkpoint `{name}`, so this one is never reached.{hint}"
            )
    for name, source in ends.items():
        if name not in starts:
            hint = did_you_mean(name, starts) or " Let one start there, or delete the line."
            problems.warn(source, f"No story starts from the checkpoint `{name}`.{hint}")
