"""`config.yml: language, pipeline` → `PipelineSpec`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.pipeline import (
    DIMENSIONS,
    ENCODER,
    FALLBACK,
    KEYWORDS,
    SPACY_ENTITIES,
    SPACY_MODEL,
    EncoderSpec,
    PipelineSpec,
    decides_intents,
)
from bot.rasa_format.components import COMPONENTS, names_own_class, read_named

if TYPE_CHECKING:
    from bot.rasa_format.fields import Reader
    from bot.rasa_format.nodes import MapNode

    Components = tuple[tuple[str, MapNode], ...]

DUCKLING = "DucklingEntityExtractor"
POOLINGS = ("mean", "cls")
_FLAGS = {
    "RegexEntityExtractor": ("case_sensitive", "use_word_boundaries", "use_lookup_tables", "use_regexes"),
    KEYWORDS: ("case_sensitive",),
    "DIETClassifier": ("intent_classification", "entity_recognition"),
}
_ONCE = ("RegexEntityExtractor", KEYWORDS, FALLBACK, SPACY_MODEL, SPACY_ENTITIES, ENCODER)


def read_pipeline(config: MapNode, reader: Reader) -> PipelineSpec:
    """Read the pipeline; one that names none of Rasa's components is the native default."""
    language = reader.text(config.get("language"), "`language`") or "en"
    found = tuple(read_named(config.get("pipeline"), "pipeline", COMPONENTS, reader))
    encoder = _read_encoder(found, reader)
    named = tuple((name, body) for name, body in found if name != ENCODER)
    _check_repeats(found, reader)
    _check_types(named, reader)
    if not named:  # as with Rasa, whose default pipeline has a FallbackClassifier
        return PipelineSpec(language=language, encoder=encoder)
    _check_classifiers(named, reader, has_own_classes=names_own_class(config, "pipeline"))
    _check_spacy(named, reader)
    fallback = dict(named).get(FALLBACK)
    shares = None if fallback is None else _read_thresholds(fallback, reader)
    return PipelineSpec(
        language=language,
        fallback_threshold=shares and shares[0],
        ambiguity_threshold=shares and shares[1],
        components=tuple({**body.plain, "name": name} for name, body in named),
        encoder=encoder,
    )


def _read_thresholds(body: MapNode, reader: Reader) -> tuple[float, float]:
    """Return threshold and ambiguity, with Rasa's default for the one that is not written."""
    threshold = reader.share(body.get("threshold"), "`threshold`", default=0.3)
    return threshold, reader.share(body.get("ambiguity_threshold"), "`ambiguity_threshold`", default=0.1)


def _read_encoder(found: Components, reader: Reader) -> EncoderSpec | None:
    body = dict(found).get(ENCODER)
    if body is None:
        return None
    model = reader.text(body.get("model"), "`model`")
    if body.get("model") is None:
        text = f"`{ENCODER}` needs `model:`, a folder with an ONNX model or its name on the model hub."
        reader.error(body.source, text)
    pooling = reader.text(body.get("pooling"), "`pooling`")
    if pooling not in (None, *POOLINGS):
        reader.error(body.entries["pooling"].source, f"`pooling` should be one of: {', '.join(POOLINGS)}.")
        pooling = None
    return EncoderSpec(
        model=model or "",
        file=reader.text(body.get("file"), "`file`"),
        pooling=pooling,
        prefix=reader.text(body.get("prefix"), "`prefix`") or "",
    )


def _check_repeats(found: Components, reader: Reader) -> None:
    seen: set[str] = set()
    for name, body in found:
        if name in seen and name in _ONCE:
            reader.warn(body.source, f"`{name}` stands twice: only the last one counts. Keep one.")
        seen.add(name)
    tokenizers = [body for name, body in found if name.endswith("Tokenizer")]
    for body in tokenizers[1:]:
        reader.error(body.source, "A pipeline has one tokenizer, and this one is another. Keep one.")


def _check_types(named: Components, reader: Reader) -> None:
    for name, body in named:
        for key in _FLAGS.get(name, ()):
            reader.flag(body.get(key), f"`{key}`", default=False)
        if name in (SPACY_ENTITIES, DUCKLING):
            wanted = reader.texts(body.get("dimensions"), "`dimensions`")
            lost = [f"`{each}`" for each in wanted if name == DUCKLING and each not in DIMENSIONS]
            if lost:
                text = f"{', '.join(lost)}: not found here. What is found: {', '.join(DIMENSIONS)}."
                reader.warn(body.entries["dimensions"].source, text)
        if name == "ResponseSelector":
            reader.text(body.get("retrieval_intent"), "`retrieval_intent`")


def _check_classifiers(named: Components, reader: Reader, *, has_own_classes: bool) -> None:
    """Say which classifiers' words are overwritten by later ones, and refuse a fallback without any.

    A class that is not Rasa's may be the classifier that the fallback needs.
    """
    learned = [row for row, (name, body) in enumerate(named) if decides_intents({**body.plain, "name": name})]
    names = [name for name, _ in named]
    for row, (name, body) in enumerate(named):
        first = min([*learned, *(place for place, each in enumerate(names) if each == KEYWORDS)], default=row)
        if name == FALLBACK and first > row and not has_own_classes:
            text = f"`{name}` needs an intent classifier before it. Move it after `{names[first]}`."
            reader.error(body.source, text)
        elif name in (KEYWORDS, FALLBACK) and learned and learned[-1] > row:
            later = names[learned[-1]]
            text = f"`{name}` decides nothing: `{later}` below overwrites it. Move it after `{later}`."
            reader.warn(body.source, text)


def _check_spacy(named: Components, reader: Reader) -> None:
    before: MapNode | None = None
    for name, body in named:
        if name == SPACY_MODEL:
            before = body
        elif name == SPACY_ENTITIES and before is None:
            text = f"`{name}` needs `{SPACY_MODEL}` with its `model:` before it."
            reader.error(body.source, text)
        elif name == SPACY_ENTITIES and before is not None:
            if before.get("model") is None:
                reader.error(before.source, f"`{SPACY_MODEL}` needs `model:`, for instance `en_core_web_md`.")
            reader.text(before.get("model"), "`model`")
