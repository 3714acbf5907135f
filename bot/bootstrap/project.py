"""The brand's project files, as the settings say where they are."""

from __future__ import annotations

import pkgutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.domain.example import Source
from bot.engines.native.slot_classes import load_own_slot
from bot.errors import ActionError
from bot.plugins import load_actions, load_connector
from bot.rasa_format.check import check_parts
from bot.rasa_format.known import place
from bot.rasa_format.problem import Problems
from bot.rasa_format.project import Project, load_project, read_project
from bot.settings import Settings, get_environment

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONNECTORS = Path(__file__).resolve().parents[2] / "connectors"


def open_project(settings: Settings) -> Project:
    """Load the project, for what uses only parts of it. Raises `ProjectError`, which names file and line."""
    return load_project(settings.project, get_environment())


def open_sound_project(settings: Settings, *, with_actions: bool = False) -> Project:
    """Load a project in which `visavis check` finds no error, for what answers customers with it.

    `with_actions`: its Python actions are loaded and looked at, too. Raises `ProjectError`, a line for
    each error with its file and line, and `ActionError` for an action that cannot be imported.
    """
    project, problems = examine_project(settings, with_actions=with_actions)
    problems.raise_errors()
    return project


def examine_project(
    settings: Settings, *, with_actions: bool, environment: Mapping[str, str] | None = None
) -> tuple[Project, Problems]:
    """Read the project, with all that is wrong or doubtful about it. See `open_sound_project`.

    `environment` fills in its variables; None: the process's own.
    """
    problems = Problems()
    channels = list_channels()
    given = get_environment() if environment is None else environment
    project = read_project(settings.project, given, problems, channels=channels)
    project = project if project.engine.is_rasa else _load_slots(project, problems)
    actions = _examine_actions(project, problems) if with_actions else None
    check_parts(project, problems, channels=channels, actions=actions)
    _check_accounts(project, channels, problems)
    return project, problems


def _examine_actions(project: Project, problems: Problems) -> frozenset[str]:
    actions, failure = load_project_actions(project)
    if failure is not None:
        text = f"{failure}. So all of them run on the action server."
        problems.warn(Source(path="actions", line=0), text)
    return frozenset(actions)


def list_channels() -> frozenset[str]:
    """Return the names of the channels there are."""
    return frozenset(module.name for module in pkgutil.iter_modules([str(_CONNECTORS)]))


def _load_slots(project: Project, problems: Problems) -> Project:
    """Load the project's own slot classes, without which nobody knows what its rules see of their slots."""
    domain = project.dialogue.domain
    loaded = dict(domain.slots)
    for name, slot in domain.slots.items():
        try:
            loaded[name] = load_own_slot(slot, project.root)
        except ActionError as error:
            problems.error(place(project.sources.domain, "slots", name), f"{error}.")
    return replace(project, dialogue=replace(project.dialogue, domain=replace(domain, slots=loaded)))


def find_actions(project: Project) -> frozenset[str]:
    """Return the names of the Python actions that run here. Raises `ActionError`."""
    actions, _ = load_project_actions(project)
    return frozenset(actions)


def load_project_actions(project: Project) -> tuple[Mapping[str, Any], ActionError | None]:
    """Return the Python actions that run here, by name, and why there are none where they cannot be loaded.

    With an action server they all run there then: Rasa never loads any. Raises `ActionError` without one.
    """
    try:
        return (load_actions(project.root) if project.runs_actions else {}), None
    except ActionError as error:
        if project.actions.server is None:
            raise
        return {}, error


def _check_accounts(project: Project, channels: frozenset[str], problems: Problems) -> None:
    """Let each connector look at the options of its accounts that are on."""
    for account in project.accounts:
        if account.channel in channels:
            place = project.account_places[account.channel, account.name]
            for sentence in load_connector(account.channel).check_options(account.options):
                problems.error(place, f"The {account.channel} account `{account.name}`: {sentence}.")
