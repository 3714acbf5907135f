"""Everything that is wrong with a project, in words, by file and line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.rasa_format.checks.actions import check_actions
from bot.rasa_format.checks.agreement import check_agreement
from bot.rasa_format.checks.data import check_data
from bot.rasa_format.checks.domain import check_domain
from bot.rasa_format.checks.examples import check_examples
from bot.rasa_format.checks.intents import check_intents
from bot.rasa_format.checks.paths import check_paths
from bot.rasa_format.checks.pipeline import check_pipeline
from bot.rasa_format.checks.responses import check_responses
from bot.rasa_format.checks.rules import check_rules
from bot.rasa_format.checks.said import check_said
from bot.rasa_format.known import known_names
from bot.rasa_format.problem import Problem, Problems
from bot.rasa_format.project import read_project

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bot.rasa_format.project import Project


def check_project(
    root: Path,
    environment: Mapping[str, str],
    *,
    channels: frozenset[str] | None = None,
    actions: frozenset[str] | None = None,
) -> list[Problem]:
    """Return all problems, sorted by file and line.

    `channels` are the names of the channels there are, `actions` the names of the Python actions
    found; what is None is not checked.
    """
    problems = Problems()
    project = read_project(root, environment, problems, channels=channels)
    check_parts(project, problems, channels=channels, actions=actions)
    return list(problems)


def check_parts(
    project: Project,
    problems: Problems,
    *,
    channels: frozenset[str] | None = None,
    actions: frozenset[str] | None = None,
) -> None:
    """Hold the parts of a project, as `read_project` read it, against each other. See `check_project`."""
    if problems.unreadable:  # whatever names something in those files would look wrong
        return
    known = known_names(project.dialogue.domain)
    check_data(project, known, problems)
    check_examples(project.nlu, problems)
    check_domain(project.sources.domain, known, problems)
    check_intents(project, problems)
    check_pipeline(project, known, problems)
    check_paths(project.dialogue, known, problems)
    check_rules(project.dialogue, project.sources, problems, native=not project.engine.is_rasa)
    check_responses(project, known, problems, channels=channels)
    check_said(project, known, problems)
    if not problems.errors:
        check_agreement(project.dialogue, problems)
    if actions is not None:
        check_actions(project, actions, problems)
