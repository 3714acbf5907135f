from __future__ import annotations

import json
import re

import pytest

from bot.nlu.dimensions.options import Dimension, DimensionOptions
from bot.nlu.entities import EntityTables, Extractor
from bot.nlu.entity_files import WEIGHTS, describe_entities, read_entities
from bot.nlu.phrases import Phrase
from bot.nlu.recogniser import Label, Recogniser
from bot.nlu.regex_entities import EntityPattern
from bot.nlu.spacy_entities import SpacyOptions

FULL = EntityTables(
    extractors=(Extractor.LEARNED, Extractor.PATTERNS, Extractor.SYNONYMS),
    keep_overlaps=True,
    patterns=(EntityPattern(entity="order", pattern=re.compile(r"LY-\d+", re.IGNORECASE)),),
    phrases=(Phrase(text="ghent", entity="city", role="to", group="1"),),
    recogniser=Recogniser(labels=(Label(entity="city", role="to"), Label(entity="city")), weights=b"\0\xff"),
    spacy=SpacyOptions(model="en_core_web_sm", dimensions=("GPE",)),
    dimensions=DimensionOptions(dimensions=(Dimension.TIME,), locale="en_GB", timezone="Europe/London"),
    synonyms={"gand": "Ghent"},
)


@pytest.mark.parametrize("tables", [FULL, EntityTables()])
def test_tables_survive_their_files(tables: EntityTables) -> None:
    described = json.loads(json.dumps(describe_entities(tables)))
    files = {WEIGHTS: tables.recogniser.weights} if tables.recogniser else {}
    assert read_entities(described, files) == tables


def test_a_recogniser_without_its_weights_is_not_read() -> None:
    with pytest.raises(KeyError):
        read_entities(describe_entities(FULL), {})


def test_an_extractor_of_another_version_is_not_read() -> None:
    with pytest.raises(ValueError, match="telepathy"):
        read_entities({**describe_entities(EntityTables()), "extractors": ["telepathy"]}, {})
