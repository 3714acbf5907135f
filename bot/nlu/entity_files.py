"""`EntityTables` ↔ what a model's files hold of them."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bot.nlu.dimensions.options import Dimension, DimensionOptions
from bot.nlu.entities import EntityTables, Extractor
from bot.nlu.phrases import Phrase
from bot.nlu.recogniser import Label, Recogniser
from bot.nlu.regex_entities import EntityPattern
from bot.nlu.spacy_entities import SpacyOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

WEIGHTS = "recogniser.bin"
"""The file of the recogniser's weights, where one was trained."""


def describe_entities(tables: EntityTables) -> dict[str, Any]:
    """Return all of the tables as JSON but the recogniser's weights."""
    return {
        "extractors": list(tables.extractors),
        "keep_overlaps": tables.keep_overlaps,
        "patterns": [
            {"entity": each.entity, "pattern": each.pattern.pattern, "flags": each.pattern.flags}
            for each in tables.patterns
        ],
        "phrases": [asdict(phrase) for phrase in tables.phrases],
        "recogniser": [asdict(label) for label in tables.recogniser.labels] if tables.recogniser else None,
        "spacy": asdict(tables.spacy) if tables.spacy else None,
        "dimensions": asdict(tables.dimensions) if tables.dimensions else None,
        "synonyms": dict(tables.synonyms),
    }


def read_entities(described: Mapping[str, Any], files: Mapping[str, bytes]) -> EntityTables:
    """Read what `describe_entities` wrote; the weights are among the files.

    Raises `KeyError`, `TypeError`, `ValueError` or `re.error` for anything else.
    """
    recogniser, spacy, dimensions = (described[name] for name in ("recogniser", "spacy", "dimensions"))
    return EntityTables(
        extractors=tuple(map(Extractor, described["extractors"])),
        keep_overlaps=bool(described["keep_overlaps"]),
        patterns=tuple(
            EntityPattern(entity=each["entity"], pattern=re.compile(each["pattern"], each["flags"]))
            for each in described["patterns"]
        ),
        phrases=tuple(Phrase(**phrase) for phrase in described["phrases"]),
        recogniser=_read_recogniser(recogniser, files[WEIGHTS]) if recogniser is not None else None,
        spacy=_read_spacy(spacy) if spacy else None,
        dimensions=_read_dimensions(dimensions) if dimensions else None,
        synonyms=described["synonyms"],
    )


def _read_recogniser(labels: list[dict[str, Any]], weights: bytes) -> Recogniser:
    return Recogniser(labels=tuple(Label(**label) for label in labels), weights=weights)


def _read_spacy(described: Mapping[str, Any]) -> SpacyOptions:
    return SpacyOptions(model=str(described["model"]), dimensions=tuple(map(str, described["dimensions"])))


def _read_dimensions(described: Mapping[str, Any]) -> DimensionOptions:
    chosen = tuple(map(Dimension, described["dimensions"]))
    return DimensionOptions(**{**described, "dimensions": chosen})
