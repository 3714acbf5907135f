"""The brand's project files, as the settings say where they are."""

from __future__ import annotations

from bot.rasa_format.project import Project, load_project
from bot.settings import Settings, get_environment


def open_project(settings: Settings) -> Project:
    """Load the project. Raises `ProjectError`, which names file and line."""
    return load_project(settings.project, get_environment())
