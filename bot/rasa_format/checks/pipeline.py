"""The pipeline against the domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.rasa_format.known import child, items
from bot.rasa_format.nodes import ScalarNode
from bot.rasa_format.problem import did_you_mean

if TYPE_CHECKING:
    from bot.rasa_format.known import Known
    from bot.rasa_format.problem import Problems
    from bot.rasa_format.project import Project


def check_pipeline(project: Project, known: Known, problems: Problems) -> None:
    """A ResponseSelector chooses among the keys of an intent that has some."""
    for item in items(child(project.sources.config, "pipeline")):
        name = child(item, "retrieval_intent")
        if isinstance(name, ScalarNode) and str(name.value) not in known.retrieval:
            hint = did_you_mean(str(name.value), known.retrieval) or " Delete the line."
            problems.warn(name.source, f"`{name.value}` is no intent whose answers have keys.{hint}")
