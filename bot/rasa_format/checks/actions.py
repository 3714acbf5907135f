"""The domain's actions and the Python actions that were found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.dialogue.catalogue import DEFAULT_ACTIONS
from bot.rasa_format.known import place
from bot.rasa_format.problem import did_you_mean

if TYPE_CHECKING:
    from bot.rasa_format.problem import Problems
    from bot.rasa_format.project import Project


def check_actions(project: Project, actions: frozenset[str], problems: Problems) -> None:
    """Each action of the domain has a class, and each class stands in the domain."""
    domain = project.dialogue.domain
    built_in = frozenset((*DEFAULT_ACTIONS, *domain.responses))
    for name in domain.actions:
        if name not in actions | built_in and not name.startswith("utter_"):
            hint = did_you_mean(name, actions) or " Write it in `actions/`, or delete the line."
            problems.error(
                place(project.sources.domain, "actions", name),
                f"No Python action is called `{name}`.{hint}",
            )
    for name in sorted(actions.difference(domain.actions, DEFAULT_ACTIONS)):
        problems.warn(
            place(project.sources.domain, "actions", name),
            f"No line under `actions` names the Python action `{name}`. Add one.",
        )
