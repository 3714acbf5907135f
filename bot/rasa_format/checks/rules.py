"""Rules that Rasa refuses, and policies that do not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.dialogue.catalogue import DEFAULT_ACTIONS
from bot.dialogue.spec import StepType
from bot.domain.example import Source
from bot.rasa_format.components import DEFAULT_POLICIES
from bot.rasa_format.problem import Severity, did_you_mean

if TYPE_CHECKING:
    from bot.dialogue.spec import DialogueSpec, RuleSpec, Step
    from bot.rasa_format.problem import Problems
    from bot.rasa_format.project import DialogueSources

_NOWHERE = Source(path="", line=0)


def check_rules(
    dialogue: DialogueSpec, sources: DialogueSources, problems: Problems, *, native: bool = True
) -> None:
    """Rules hold one message each (unless the policy lets them), and a policy runs them.

    Which policies run is the native engine's business: where it does not answer, nobody asks.
    """
    if dialogue.policies.restrict_rules:
        for rule in dialogue.rules:
            _check_messages(rule, problems)
    if native:
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


def _check_policies(dialogue: DialogueSpec, sources: DialogueSources, problems: Problems) -> None:
    policies, domain = dialogue.policies, dialogue.domain
    written = sources.config.entries.get("policies")
    source = written.source if written else sources.config.source
    if not sources.config.plain.get("policies"):
        problems.tell(source, Severity.NOTE, DEFAULT_POLICIES)
    for what, there, severity in (
        ("forms", domain.forms, Severity.ERROR),
        ("rules", dialogue.rules, Severity.WARNING),  # Rasa passes over them
    ):
        if there and not policies.rules:
            text = f"There are {what}, but no policy runs them. Add `- name: RulePolicy`."
            problems.tell(source, severity, text)
    if not policies.memories and dialogue.stories:
        problems.warn(source, "There are stories, but no policy runs them. Add `- name: MemoizationPolicy`.")
    actions = {*DEFAULT_ACTIONS, *domain.actions, *domain.responses, *domain.forms}
    fallback = policies.core_fallback_action
    if policies.fallback_prediction and fallback not in actions:
        problems.error(
            source, f"The fallback action `{fallback}` is not in the domain.{did_you_mean(fallback, actions)}"
        )
