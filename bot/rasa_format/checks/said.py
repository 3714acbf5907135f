"""Responses that nothing says, and forms that cannot ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.dialogue.spec import StepType
from bot.rasa_format.case_words import CASE_RESPONSES
from bot.rasa_format.checks.action_code import read_action_code
from bot.rasa_format.checks.intents import all_steps
from bot.rasa_format.known import place
from bot.rasa_format.problem import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.dialogue.spec import DialogueSpec
    from bot.rasa_format.known import Known
    from bot.rasa_format.problem import Problems
    from bot.rasa_format.project import Project

# Rasa's default actions say these by themselves.
_SAID_BY_DEFAULT = frozenset({"utter_default", "utter_restart", "utter_back", "utter_ask_rephrase"})


def check_said(project: Project, known: Known, problems: Problems) -> None:
    """Each response is said by a rule, story, form or action; each form can ask for each of its slots."""
    dialogue, domain = project.dialogue, project.sources.domain
    said = _said(dialogue)
    code = read_action_code(project.root)
    for name in dialogue.domain.responses:
        base = name.partition("/")[0]
        if base not in said and not code.says(base) and base.removeprefix("utter_") not in known.intents:
            problems.warn(
                place(domain, "responses", name),
                f"Nothing says `{name}`: no rule, story, form or action names it. Use it or delete it.",
            )
    for form in dialogue.domain.forms.values():
        for slot in form.required_slots:
            if known.actions.isdisjoint(_questions(form.name, slot)):
                hint = did_you_mean(f"utter_ask_{slot}", known.responses)
                problems.warn(
                    place(domain, "forms", form.name),
                    f"Form `{form.name}` cannot ask for `{slot}`. Add the response `utter_ask_{slot}`.{hint}",
                )


def _said(dialogue: DialogueSpec) -> set[str]:
    said = {step.name for step in all_steps(dialogue) if step.type is StepType.ACTION and step.name}
    for form in dialogue.domain.forms.values():
        for slot in form.required_slots:
            said |= set(_questions(form.name, slot))
    return said | _SAID_BY_DEFAULT | CASE_RESPONSES | {dialogue.policies.core_fallback_action}


def _questions(form: str, slot: str) -> Iterator[str]:
    """Yield the names under which a form's question may stand."""
    for prefix in ("action_ask", "utter_ask"):
        yield f"{prefix}_{form}_{slot}"
        yield f"{prefix}_{slot}"
