"""Training examples against the domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.example import Source
from bot.rasa_format.problem import did_you_mean

if TYPE_CHECKING:
    from bot.rasa_format.known import Known
    from bot.rasa_format.problem import Problems
    from bot.rasa_format.project import Project

_NOWHERE = Source(path="", line=0)


def check_data(project: Project, known: Known, problems: Problems) -> None:
    """Intents and entities exist, and retrieval intents are answered."""
    seen: set[str] = set()
    for example in project.nlu.examples:
        source = example.source or _NOWHERE
        base = example.intent.partition("/")[0]
        if base not in known.intents and base not in seen:
            seen.add(base)  # one problem for each intent, at its first example
            hint = did_you_mean(base, known.intents) or " Add it to `intents` of the domain."
            problems.warn(source, f"The intent `{base}` is not in the domain.{hint}")
        elif base != example.intent and example.intent not in seen:
            seen.add(example.intent)
            _check_answer(example.intent, source, known, problems)
        for entity in example.entities:
            if entity.entity not in known.entities:
                hint = did_you_mean(entity.entity, known.entities) or " Add it to `entities` of the domain."
                problems.warn(source, f"The entity `{entity.entity}` is not in the domain.{hint}")


def _check_answer(key: str, source: Source, known: Known, problems: Problems) -> None:
    """Each key of a retrieval intent has a response of its own: nothing else could be said."""
    response = f"utter_{key}"
    if response not in known.responses:
        hint = did_you_mean(response, known.responses) or " Add it to `responses` of the domain."
        problems.warn(source, f"`{key}` has examples here but no response `{response}`.{hint}")
