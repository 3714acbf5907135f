"""The brand's project files, as the settings say where they are."""

from __future__ import annotations

import pkgutil
from pathlib import Path

from bot.plugins import load_connector
from bot.rasa_format.check import check_parts
from bot.rasa_format.problem import Problems
from bot.rasa_format.project import Project, load_project, read_project
from bot.settings import Settings, get_environment

_CONNECTORS = Path(__file__).resolve().parents[2] / "connectors"


def open_project(settings: Settings) -> Project:
    """Load the project, for what uses only parts of it. Raises `ProjectError`, which names file and line."""
    return load_project(settings.project, get_environment())


def open_sound_project(settings: Settings, *, actions: frozenset[str] | None = None) -> Project:
    """Load a project in which `visavis check` finds no error, for what answers customers with it.

    `actions` are the names of the Python actions; None leaves these out. Raises `ProjectError`, a
    line for each error with its file and line.
    """
    project, problems = examine_project(settings, actions=actions)
    problems.raise_errors()
    return project


def examine_project(settings: Settings, *, actions: frozenset[str] | None) -> tuple[Project, Problems]:
    """Read the project, with all that is wrong or doubtful about it. See `open_sound_project`."""
    problems = Problems()
    channels = frozenset(module.name for module in pkgutil.iter_modules([str(_CONNECTORS)]))
    project = read_project(settings.project, get_environment(), problems, channels=channels)
    check_parts(project, problems, channels=channels, actions=actions)
    _check_accounts(project, channels, problems)
    return project, problems


def _check_accounts(project: Project, channels: frozenset[str], problems: Problems) -> None:
    """Let each connector look at the options of its accounts that are on."""
    for account in project.accounts:
        if account.channel in channels:
            place = project.account_places[account.channel, account.name]
            for sentence in load_connector(account.channel).check_options(account.options):
                problems.error(place, f"The {account.channel} account `{account.name}`: {sentence}.")
