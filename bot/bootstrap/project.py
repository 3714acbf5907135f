"""The brand's project files, as the settings say where they are."""

from __future__ import annotations

import os
import pkgutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain.example import Source
from bot.engines.native.slot_classes import load_own_slot
from bot.errors import ActionError
from bot.plugins import FoundActions, find_actions, load_connector
from bot.rasa_format.check import check_parts
from bot.rasa_format.known import place
from bot.rasa_format.problem import Problems
from bot.rasa_format.project import Project, load_project, read_project
from bot.settings import Settings, get_environment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.action_failures import ActionFailure

_CONNECTORS = Path(__file__).resolve().parents[2] / "connectors"


def enter_project(settings: Settings) -> Settings:
    """Go to the project's folder, where Rasa's action server runs, too: actions open files by their names.

    Returns the settings with the same places written out. For a process of its own, at its start.
    """
    places = {"project": settings.project.resolve(), "data": settings.data.resolve()}
    if settings.rasa_python is not None:
        places["rasa_python"] = settings.rasa_python.absolute()
    if places["project"].is_dir():  # else whoever reads it says so
        os.chdir(places["project"])
    return settings.model_copy(update=places)


def open_project(settings: Settings) -> Project:
    """Load the project, for what uses only parts of it. Raises `ProjectError`, which names file and line."""
    return load_project(settings.project, get_environment())


def open_sound_project(settings: Settings, *, with_actions: bool = False) -> Project:
    """Load a project in which `visavis check` finds no error, for what answers customers with it.

    `with_actions`: its Python actions are loaded and looked at, too. Raises `ProjectError`, a line for
    each error with its file and line.
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
    found = load_project_actions(project)
    for failure in found.failures:
        source = Source(path=failure.path, line=failure.line or 0)
        problems.warn(source, f"{failure.text}. {_what_then(failure, project)}")
    return frozenset(found.actions)


def _what_then(failure: ActionFailure, project: Project) -> str:
    """Say what to do about actions that cannot be loaded, and what becomes of them."""
    server = project.actions.server
    if server is not None:
        return f"What is defined here runs on the action server {server.shown} (`endpoints.yml`)."
    return (
        f"{failure.remedy}, or name an action server in `endpoints.yml`. Until then a turn that needs an "
        "action defined here ends with a person."
    )


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


def load_project_actions(project: Project) -> FoundActions:
    """Return the Python actions that run here, and what cannot be loaded of them."""
    return find_actions(project.root) if project.runs_actions else FoundActions()


def _check_accounts(project: Project, channels: frozenset[str], problems: Problems) -> None:
    """Let each connector look at the options of its accounts that are on."""
    for account in project.accounts:
        if account.channel in channels:
            place = project.account_places[account.channel, account.name]
            for sentence in load_connector(account.channel).check_options(account.options):
                problems.error(place, f"The {account.channel} account `{account.name}`: {sentence}.")
