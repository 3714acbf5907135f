"""The pipeline as it will run, in words: what `visavis check` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.nlu.components import choose_components
from bot.nlu.decision import Decider
from bot.nlu.entities import Extractor
from bot.nlu.tokens import load_language

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.domain.pipeline import EncoderSpec, PipelineSpec
    from bot.nlu.components import Components

_EXTRACTORS = {
    Extractor.PATTERNS: "patterns and lists",
    Extractor.LEARNED: "what is like the annotated words of the examples",
    Extractor.SYNONYMS: "synonyms for what was found",
}


def outline(spec: PipelineSpec) -> tuple[tuple[str, str], ...]:
    """Return (stage, what runs there) in the order in which a text passes them."""
    components = choose_components(spec)
    return (
        ("tokens", f"spaCy's rules for language `{load_language(components.language).lang}`"),
        ("encoder", _describe_encoder(spec.encoder)),
        ("intents", ", then ".join(_describe_deciders(components))),
        ("entities", ", then ".join(_describe_extractors(components)) or "none are looked for"),
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


def _describe_extractors(components: Components) -> Iterator[str]:
    for extractor in components.extractors:
        if extractor in _EXTRACTORS:
            yield _EXTRACTORS[extractor]
        elif extractor is Extractor.SPACY and components.spacy is not None:
            kinds = ", ".join(components.spacy.dimensions) or "all kinds"
            yield f"spaCy's {components.spacy.model} ({kinds})"
        elif extractor is Extractor.DIMENSIONS and components.dimensions is not None:
            yield ", ".join(components.dimensions.dimensions) or "no dimension of Duckling's"
