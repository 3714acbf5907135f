"""The pipeline as it will run, in words: what `visavis check` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.pipeline import SPACY_ENTITIES
from bot.nlu.components import choose_components
from bot.nlu.decision import Decider

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.domain.pipeline import EncoderSpec, PipelineSpec
    from bot.nlu.components import Components

_LEARNED = "what is like the annotated words of the examples"
EXTRACTORS = {
    "RegexEntityExtractor": "patterns and lists",
    "DIETClassifier": _LEARNED,
    "CRFEntityExtractor": _LEARNED,
    "MitieEntityExtractor": _LEARNED,
    SPACY_ENTITIES: "spaCy's",
    "DucklingEntityExtractor": "dates, amounts and addresses",
    "EntitySynonymMapper": "synonyms for what was found",
}
DEFAULT_EXTRACTORS = (
    "RegexEntityExtractor",
    "DIETClassifier",
    "DucklingEntityExtractor",
    "EntitySynonymMapper",
)


def outline(spec: PipelineSpec) -> tuple[tuple[str, str], ...]:
    """Return (stage, what runs there) in the order in which a text passes them."""
    components = choose_components(spec)
    return (
        ("tokens", f"spaCy's rules for language `{components.language}`"),
        ("encoder", _describe_encoder(spec.encoder)),
        ("intents", ", then ".join(_describe_deciders(components))),
        ("entities", ", then ".join(_describe_extractors(spec)) or "none are looked for"),
    )


def _describe_encoder(spec: EncoderSpec | None) -> str:
    if spec is None:
        return "all-MiniLM-L6-v2 (built in), beside word and character n-grams"
    options = (
        f"file {spec.file}" if spec.file else "",
        f"pooling {spec.pooling}" if spec.pooling else "",
        f'prefix "{spec.prefix}"' if spec.prefix else "",
    )
    return ", ".join([spec.model, *filter(None, options), "beside word and character n-grams"])


def _describe_deciders(components: Components) -> Iterator[str]:
    for decider in components.order:
        if decider is Decider.LEARNED:
            yield "the trained classifier, which also decides the keys of retrieval intents"
        elif decider is Decider.KEYWORDS:
            capitals = "capitals count" if components.keywords_case_sensitive else "whatever their capitals"
            yield f"whole examples as keywords ({capitals})"
        elif components.fallback is not None:
            near = components.fallback.ambiguity
            yield (
                f"`nlu_fallback` below {components.fallback.threshold:g} or where the second is "
                f"closer than {near:g}"
            )


def _describe_extractors(spec: PipelineSpec) -> Iterator[str]:
    """Yield what finds entities, in order; `choose_components` decides the same."""
    default = ({"name": name} for name in DEFAULT_EXTRACTORS)
    told = set()
    for component in spec.components or default:
        what = EXTRACTORS.get(str(component["name"]))
        if what is None or what in told or component.get("entity_recognition") is False:
            continue
        told.add(what)
        options = choose_components(spec).spacy
        if component["name"] == SPACY_ENTITIES and options is not None:
            kinds = ", ".join(options.dimensions) or "all kinds"
            yield f"{what} {options.model} ({kinds})"
        else:
            yield what
