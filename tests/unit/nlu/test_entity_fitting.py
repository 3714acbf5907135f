from __future__ import annotations

from itertools import product

import pytest

from bot.domain.example import Example, TrainingData, WordPattern
from bot.domain.understanding import Entity
from bot.errors import ModelError
from bot.nlu.components import Components
from bot.nlu.dimensions.options import DimensionOptions
from bot.nlu.entities import EntityTables, Extractor
from bot.nlu.entity_fitting import Course, learn_entities, measure_entities
from bot.nlu.regex_entities import RegexOptions
from bot.nlu.tokens import load_language

LANGUAGE = load_language("en")
VERBS = ("ship to", "deliver to", "fly to", "move to", "send it to", "is it far to")
CITIES = ("Oslo", "Ghent", "Rome", "Lima", "Bern", "Cork", "Nice", "Riga", "Kyiv", "Bonn")


def annotate(verb: str, city: str) -> Example:
    start = len(verb) + 1
    entity = Entity(entity="city", value=city, start=start, end=start + len(city))
    return Example(text=f"{verb} {city}", intent="travel", entities=(entity,))


DATA = TrainingData(
    examples=tuple(annotate(verb, city) for verb, city in product(VERBS, CITIES)),
    lookups=(WordPattern(name="city", patterns=("Oslo",)),),
    synonyms={"gand": "Ghent"},
)


def ignore(done: int, total: int) -> None:
    """Take no notice."""


def make_course(*extractors: Extractor, dimensions: DimensionOptions | None = None) -> Course:
    components = Components(extractors=extractors, regex=RegexOptions(), dimensions=dimensions)
    return Course(components=components, language=LANGUAGE, seed=0)


def test_figures_are_of_texts_that_were_not_learnt_from() -> None:
    tables = EntityTables(extractors=(Extractor.LEARNED,))
    figures = measure_entities(DATA, tables, make_course(Extractor.LEARNED))
    assert figures is not None
    assert 0 < figures["texts"] < len(DATA.examples)
    assert figures["expected"] == figures["texts"]
    assert figures["f1"] > 0.9


def test_only_extractors_of_the_pipeline_learn() -> None:
    course = make_course(Extractor.PATTERNS)
    tables = learn_entities(DATA, course, ignore)
    assert (tables.phrases, tables.recogniser, tables.synonyms) == ((), None, {})
    figures = measure_entities(DATA, tables, course)
    assert figures is not None
    assert figures["precision"] == 1.0
    assert figures["recall"] < 0.5


def test_too_few_annotations_have_no_figures() -> None:
    data = TrainingData(examples=DATA.examples[:10])
    course = make_course(Extractor.PATTERNS)
    assert measure_entities(data, learn_entities(data, course, ignore), course) is None


def test_a_time_zone_nobody_knows_is_told_before_the_work() -> None:
    course = make_course(dimensions=DimensionOptions(timezone="Mars/Base"))
    with pytest.raises(ModelError, match="Mars/Base"):
        learn_entities(DATA, course, ignore)
