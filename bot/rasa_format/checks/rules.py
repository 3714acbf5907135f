"""Rules that Rasa refuses or that cannot both hold, and policies that do not fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.dialogue.spec import StepType
from bot.domain.example import Source
from bot.rasa_format.known import DEFAULT_ACTIONS
from bot.rasa_format.problem import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from bot.dialogue.spec import DialogueSpec, RuleSpec, Step
    from bot.rasa_format.problem import Problems
    from bot.rasa_format.project import DialogueSources

_NOWHERE = Source(path="", line=0)
_LISTEN = "action_listen"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prediction:
    """What a rule says comes next in a situation."""

    situation: Hashable
    action: str
    source: Source


def check_rules(dialogue: DialogueSpec, sources: DialogueSources, problems: Problems) -> None:
    """Rules hold one message each, do not contradict each other, and are run by a policy."""
    said: dict[Hashable, tuple[RuleSpec, _Prediction]] = {}
    for rule in dialogue.rules:
        _check_messages(rule, problems)
        for prediction in _predictions(rule):
            first, before = said.setdefault(prediction.situation, (rule, prediction))
            if before.action != prediction.action:
                _report_contradiction(first, before, rule, prediction, problems)
    _check_policies(dialogue, sources, problems)


def _check_messages(rule: RuleSpec, problems: Problems) -> None:
    messages = [step for step in rule.steps if _is_message(step)]
    if len(messages) > 1:
        text = f"Rule `{rule.name}` has two messages of the user, and a rule may have one. Make it a story."
        problems.error(messages[1].source or _NOWHERE, text)


def _is_message(step: Step) -> bool:
    if step.type is StepType.OR:
        return any(_is_message(inner) for branch in step.branches for inner in branch)
    return step.type in (StepType.INTENT, StepType.USER_TEXT)


def _predictions(rule: RuleSpec) -> Iterator[_Prediction]:
    """Yield what a rule says after each of its beginnings; its first step is given, not said."""
    before: list[Hashable] = [rule.conversation_start, frozenset(_key(step) for step in rule.condition)]
    for number, step in enumerate(rule.steps):
        if number and step.type is StepType.ACTION and step.name:
            source = step.source or rule.source or _NOWHERE
            yield _Prediction(situation=tuple(before), action=step.name, source=source)
        before.append(_key(step))
    if rule.wait_for_user_input and rule.steps and rule.steps[-1].type is StepType.ACTION:
        yield _Prediction(situation=tuple(before), action=_LISTEN, source=rule.source or _NOWHERE)


def _key(step: Step) -> Hashable:
    # Values may be lists or maps, which cannot be hashed: their text stands for them.
    entities = frozenset(repr(entity) for entity in step.entities)
    slots = frozenset(repr(slot) for slot in step.slots)
    branches = tuple(tuple(_key(inner) for inner in branch) for branch in step.branches)
    return (step.type, step.name, step.text, entities, slots, frozenset(step.filled), branches)


def _report_contradiction(
    first: RuleSpec, before: _Prediction, second: RuleSpec, after: _Prediction, problems: Problems
) -> None:
    problems.error(
        after.source,
        f"Rule `{second.name}` continues with `{after.action}`, where rule `{first.name}` "
        f"({before.source.path}:{before.source.line}) continues with `{before.action}`. "
        "Give one of them a condition, or delete it.",
    )


def _check_policies(dialogue: DialogueSpec, sources: DialogueSources, problems: Problems) -> None:
    policies, domain = dialogue.policies, dialogue.domain
    written = sources.config.entries.get("policies")
    source = written.source if written else sources.config.source
    if not policies.rules and (dialogue.rules or domain.forms):
        what = "rules" if dialogue.rules else "forms"
        problems.error(source, f"There are {what}, but no policy runs them. Add `- name: RulePolicy`.")
    if not policies.memoization and dialogue.stories:
        problems.warn(source, "There are stories, but no policy runs them. Add `- name: MemoizationPolicy`.")
    actions = DEFAULT_ACTIONS | set(domain.actions) | set(domain.responses) | set(domain.forms)
    fallback = policies.core_fallback_action
    if policies.fallback_prediction and fallback not in actions:
        problems.error(
            source, f"The fallback action `{fallback}` is not in the domain.{did_you_mean(fallback, actions)}"
        )
