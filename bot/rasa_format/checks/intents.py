"""Intents that nobody taught, and intents that nothing answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.dialogue.spec import StepType
from bot.rasa_format.domain_merge import name_of
from bot.rasa_format.files import DATA_FOLDERS, data_folder
from bot.rasa_format.known import items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.dialogue.spec import DialogueSpec, DomainSpec, Step
    from bot.rasa_format.problem import Problems
    from bot.rasa_format.project import Project

# The engine makes these itself; nobody types them.
_WITHOUT_EXAMPLES = frozenset({"nlu_fallback", "restart", "back", "session_start"})


def check_intents(project: Project, problems: Problems) -> None:
    """Each intent listed in the domain has examples and something that uses it."""
    taught = {example.intent.partition("/")[0] for example in project.nlu.examples}
    folder = data_folder(project.root)
    place = folder.name if folder else DATA_FOLDERS[0]
    used = set(_intents_of_paths(project.dialogue)) | set(_intents_of_domain(project.dialogue.domain))
    for item in items(project.sources.domain.get("intents")):
        name = name_of(item)
        if name is None or name in _WITHOUT_EXAMPLES:
            continue
        if name not in taught:
            problems.contradict(
                item.source,
                f"The intent `{name}` has no examples, so no text means it. Add some to `{place}/`.",
            )
        if name not in used:
            problems.warn(
                item.source,
                f"No rule, story or form uses the intent `{name}`. Add a rule that answers it.",
            )


def walk_steps(steps: tuple[Step, ...]) -> Iterator[Step]:
    """Yield steps and those inside their `or` branches."""
    for step in steps:
        yield step
        for branch in step.branches:
            yield from walk_steps(branch)


def all_steps(dialogue: DialogueSpec) -> Iterator[Step]:
    """Yield each step of each rule and story."""
    for rule in dialogue.rules:
        yield from walk_steps((*rule.condition, *rule.steps))
    for story in dialogue.stories:
        yield from walk_steps(story.steps)


def _intents_of_paths(dialogue: DialogueSpec) -> Iterator[str]:
    for step in all_steps(dialogue):
        if step.type is StepType.INTENT and step.name:
            yield step.name


def _intents_of_domain(domain: DomainSpec) -> Iterator[str]:
    for slot in domain.slots.values():
        for mapping in slot.mappings:
            yield from mapping.intent
            yield from mapping.not_intent
    for form in domain.forms.values():
        yield from form.ignored_intents
