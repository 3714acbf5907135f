"""What the components that `config.yml: pipeline` names mean here."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from bot.domain.pipeline import FALLBACK, KEYWORDS, SPACY_ENTITIES, SPACY_MODEL, decides_intents
from bot.nlu.decision import DEFAULT_ORDER, Decider
from bot.nlu.dimensions.options import Dimension, DimensionOptions
from bot.nlu.entities import DEFAULT_EXTRACTORS, Extractor
from bot.nlu.intents import Fallback
from bot.nlu.regex_entities import RegexOptions
from bot.nlu.spacy_entities import SpacyOptions
from bot.nlu.tokens import simplify_code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.json import JsonObject
    from bot.domain.pipeline import PipelineSpec

EXTRACTORS = {
    "RegexEntityExtractor": Extractor.PATTERNS,
    "DIETClassifier": Extractor.LEARNED,
    "CRFEntityExtractor": Extractor.LEARNED,
    "MitieEntityExtractor": Extractor.LEARNED,
    SPACY_ENTITIES: Extractor.SPACY,
    "DucklingEntityExtractor": Extractor.DIMENSIONS,
    "EntitySynonymMapper": Extractor.SYNONYMS,
}
"""What stands for Rasa's extractors: ours for each of its trained ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Components:
    """The parts to run. `regex`, `dimensions` and `fallback` are None where the project does not use them.

    `extractors` are who finds entities, one after the other; a named pipeline keeps overlaps, as Rasa does.

    `order` is who decides the intent, one after the other. `keywords_case_sensitive` is None without
    KeywordIntentClassifier.
    """

    language: str = "en"
    extractors: tuple[Extractor, ...] = DEFAULT_EXTRACTORS
    keep_overlaps: bool = False
    regex: RegexOptions | None = None
    dimensions: DimensionOptions | None = None
    fallback: Fallback | None = None
    order: tuple[Decider, ...] = DEFAULT_ORDER
    keywords_case_sensitive: bool | None = None
    spacy: SpacyOptions | None = None


def choose_components(spec: PipelineSpec) -> Components:
    """Translate Rasa's names. A pipeline without components gets every one of ours."""
    named = {str(component.get("name", "")).rsplit(".", 1)[-1]: component for component in spec.components}
    return Components(
        language=simplify_code(spec.language),
        regex=_read_regex_options(named.get("RegexEntityExtractor", {}))
        if not named or "RegexEntityExtractor" in named
        else None,
        extractors=_choose_extractors(spec),
        keep_overlaps=bool(named),
        dimensions=_read_dimension_options(named.get("DucklingEntityExtractor", {}))
        if not named or "DucklingEntityExtractor" in named
        else None,
        fallback=_choose_fallback(spec),
        order=_choose_order(spec),
        spacy=_choose_spacy(named),
        keywords_case_sensitive=bool(named[KEYWORDS].get("case_sensitive", True))
        if KEYWORDS in named
        else None,
    )


def _choose_extractors(spec: PipelineSpec) -> tuple[Extractor, ...]:
    """Return who finds entities, in the pipeline's order; one that is named twice has the first place."""
    if not spec.components:
        return DEFAULT_EXTRACTORS
    named = (
        EXTRACTORS.get(str(component.get("name")).rsplit(".", 1)[-1])
        for component in spec.components
        if component.get("entity_recognition") is not False
    )
    return tuple(dict.fromkeys(extractor for extractor in named if extractor))


def _read_dimension_options(component: JsonObject) -> DimensionOptions:
    """Read what Duckling is told. It is asked for all dimensions where none is named."""
    wanted = component.get("dimensions")
    names = [wanted] if isinstance(wanted, str) else wanted if isinstance(wanted, list | tuple) else []
    locale, timezone = component.get("locale"), component.get("timezone")
    return DimensionOptions(
        dimensions=tuple(each for each in Dimension if not names or each.value in names),
        locale=str(locale) if locale else None,
        timezone=str(timezone) if timezone else "UTC",
    )


def _choose_spacy(named: Mapping[str, JsonObject]) -> SpacyOptions | None:
    model = named.get(SPACY_MODEL, {}).get("model")
    if SPACY_ENTITIES not in named or not model:  # `visavis check` refuses it without a model
        return None
    dimensions = named[SPACY_ENTITIES].get("dimensions")
    wanted = [dimensions] if isinstance(dimensions, str) else dimensions
    return SpacyOptions(
        model=str(model),
        dimensions=tuple(map(str, wanted)) if isinstance(wanted, list | tuple) else (),
    )


def _choose_order(spec: PipelineSpec) -> tuple[Decider, ...]:
    """Return who decides the intent; where no classifier is named, ours does, before all others.

    A trained classifier overwrites whatever was decided before it.
    """
    rasas = {KEYWORDS: Decider.KEYWORDS, FALLBACK: Decider.FALLBACK}
    order = [
        Decider.LEARNED if decides_intents(component) else rasas.get(str(component.get("name")))
        for component in spec.components
    ]
    named = [decider for decider in order if decider is not None]
    if Decider.LEARNED in named:
        return tuple(named[len(named) - 1 - named[::-1].index(Decider.LEARNED) :])
    if Decider.KEYWORDS in named:
        return tuple(named)
    return DEFAULT_ORDER


def _choose_fallback(spec: PipelineSpec) -> Fallback | None:
    if spec.fallback_threshold is None:
        return None
    return Fallback(threshold=spec.fallback_threshold, ambiguity=spec.ambiguity_threshold or 0.0)


def _read_regex_options(component: JsonObject) -> RegexOptions:
    known = {option.name for option in fields(RegexOptions)}
    return RegexOptions(**{name: bool(value) for name, value in component.items() if name in known})
