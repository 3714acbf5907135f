"""The brand's project files, as the settings say where they are."""

from __future__ import annotations

import pkgutil
from pathlib import Path

from bot.plugins import load_actions
from bot.rasa_format.check import check_project
from bot.rasa_format.problem import Problem
from bot.rasa_format.project import Project, load_project
from bot.settings import Settings, get_environment

_CONNECTORS = Path(__file__).resolve().parents[2] / "connectors"


def open_project(settings: Settings) -> Project:
    """Load the project. Raises `ProjectError`, which names file and line."""
    return load_project(settings.project, get_environment())


def find_problems(settings: Settings) -> list[Problem]:
    """Return everything that is wrong with the project's files, sorted by file and line.

    Raises `ActionError` for an action that cannot be imported.
    """
    return check_project(
        settings.project,
        get_environment(),
        channels=frozenset(module.name for module in pkgutil.iter_modules([str(_CONNECTORS)])),
        actions=frozenset(load_actions(settings.project)),
    )
