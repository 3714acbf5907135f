"""The domain's actions and the Python actions that were found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.dialogue.catalogue import DEFAULT_ACTIONS
from bot.rasa_format.checks.action_code import read_action_code
from bot.rasa_format.known import place
from bot.rasa_format.problem import Severity, did_you_mean

if TYPE_CHECKING:
    from bot.rasa_format.problem import Problems
    from bot.rasa_format.project import Project


_THEN = "A turn that needs it ends with a person."


def check_actions(project: Project, actions: frozenset[str], problems: Problems) -> None:
    """Each action of the domain has a class, or a server to run on; each class stands in the domain.

    One without either is doubtful and no mistake, as in Rasa: projects list what they do not use.
    """
    if project.engine.url is not None:  # a Rasa that runs elsewhere has its actions there
        return
    domain = project.dialogue.domain
    server = project.actions.server
    written = read_action_code(project.root).words
    for name in list_missing(project, actions):
        where = place(project.sources.domain, "actions", name)
        if server is not None:
            text = f"`{name}` runs on the action server {server.shown} (`endpoints.yml`)."
            problems.tell(where, Severity.NOTE, text)
        elif name in written:
            problems.warn(where, f"The Python action `{name}` could not be loaded. {_THEN}")
        else:
            hint = did_you_mean(name, actions) or " Write it in `actions/`, or delete the line."
            problems.warn(where, f"No Python action is called `{name}`. {_THEN}{hint}")
    for name in sorted(actions.difference(domain.actions, DEFAULT_ACTIONS)):
        problems.warn(
            place(project.sources.domain, "actions", name),
            f"No line under `actions` names the Python action `{name}`. Add one.",
        )


def list_missing(project: Project, actions: frozenset[str]) -> list[str]:
    """Return the actions of the domain that are neither built in nor among `actions`, in its order."""
    domain = project.dialogue.domain
    known = actions.union(DEFAULT_ACTIONS, domain.responses)
    return [name for name in domain.actions if name not in known and not name.startswith("utter_")]
