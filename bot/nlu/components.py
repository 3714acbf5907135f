"""What the components that `config.yml: pipeline` names mean here."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from bot.nlu.intents import Fallback
from bot.nlu.regex_entities import RegexOptions

if TYPE_CHECKING:
    from bot.domain.json import JsonObject
    from bot.domain.pipeline import PipelineSpec

LEARNING_EXTRACTORS = frozenset({"DIETClassifier", "CRFEntityExtractor", "MitieEntityExtractor"})
"""Rasa's trained recognisers: each of them stands for ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Components:
    """The parts to run. `regex` and `fallback` are None where the project does not use them."""

    language: str = "en"
    regex: RegexOptions | None = None
    phrases: bool = True
    synonyms: bool = True
    fallback: Fallback | None = None


def choose_components(spec: PipelineSpec) -> Components:
    """Translate Rasa's names. A pipeline without components gets every one of ours."""
    named = {str(component.get("name", "")).rsplit(".", 1)[-1]: component for component in spec.components}
    return Components(
        language=spec.language,
        regex=_read_regex_options(named.get("RegexEntityExtractor", {}))
        if not named or "RegexEntityExtractor" in named
        else None,
        phrases=not named or not LEARNING_EXTRACTORS.isdisjoint(named),
        synonyms=not named or "EntitySynonymMapper" in named,
        fallback=_choose_fallback(spec),
    )


def _choose_fallback(spec: PipelineSpec) -> Fallback | None:
    if spec.fallback_threshold is None:
        return None
    return Fallback(threshold=spec.fallback_threshold, ambiguity=spec.ambiguity_threshold or 0.0)


def _read_regex_options(component: JsonObject) -> RegexOptions:
    known = {option.name for option in fields(RegexOptions)}
    return RegexOptions(**{name: bool(value) for name, value in component.items() if name in known})
