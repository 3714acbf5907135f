from __future__ import annotations

import pytest

from bot.domain.example import Example, Source, TrainingData, WordPattern
from bot.domain.understanding import Entity
from bot.errors import ProjectError
from bot.nlu.regex_entities import RegexOptions, collect_patterns, find_patterns

ANNOTATED = (
    Example(
        text="LY-1 from Berlin",
        intent="inform",
        entities=(
            Entity(entity="order", value="LY-1", start=0, end=4),
            Entity(entity="city", value="Berlin", start=10, end=16),
        ),
    ),
)
DATA = TrainingData(
    examples=ANNOTATED,
    regexes=(
        WordPattern(name="order", patterns=(r"ly-\d+", r"\d{3,}")),
        WordPattern(name="zipcode", patterns=(r"\d+",)),
    ),
    lookups=(WordPattern(name="city", patterns=("New York", "York", "St. Gallen")),),
)


def find(text: str, options: RegexOptions | None = None) -> list[tuple[str, str]]:
    patterns = collect_patterns(DATA, options or RegexOptions())
    return [(entity.entity, str(entity.value)) for entity in find_patterns(text, patterns)]


def test_only_names_annotated_in_some_example_are_searched() -> None:
    assert find("42") == []


def test_every_match_of_every_pattern_is_kept_regexes_before_lookups() -> None:
    assert find("york LY-1234 and ly-9") == [
        ("order", "LY-1234"),
        ("order", "ly-9"),
        ("order", "1234"),
        ("city", "york"),
    ]


def test_lookups_match_whole_words_and_the_element_written_first() -> None:
    assert find("new york, yorkshire, Stx Gallen, st. gallen") == [
        ("city", "new york"),
        ("city", "st. gallen"),
    ]


def test_options_are_those_of_rasa() -> None:
    assert find("york ly-1", RegexOptions(case_sensitive=True)) == [("order", "ly-1")]
    assert find("yorkshire", RegexOptions(use_word_boundaries=False)) == [("city", "york")]
    assert find("york ly-1", RegexOptions(use_lookup_tables=False)) == [("order", "ly-1")]
    assert find("york ly-1", RegexOptions(use_regexes=False)) == [("city", "york")]


def test_matches_say_where_they_are_and_who_found_them() -> None:
    (entity,) = find_patterns("my LY-77!", collect_patterns(DATA, RegexOptions()))
    assert entity == Entity(
        entity="order",
        value="LY-77",
        start=3,
        end=8,
        extractor="RegexEntityExtractor",
    )


def test_empty_matches_are_no_entities() -> None:
    data = TrainingData(examples=ANNOTATED, regexes=(WordPattern(name="order", patterns=(r"\d*",)),))
    patterns = collect_patterns(data, RegexOptions())
    assert [entity.value for entity in find_patterns("a 12 b", patterns)] == ["12"]


def test_a_pattern_python_cannot_compile_is_named_with_file_and_line() -> None:
    broken = WordPattern(name="order", patterns=("(",), source=Source(path="nlu_data/nlu/orders.yml", line=7))
    with pytest.raises(ProjectError, match=r"nlu_data/nlu/orders\.yml:7: regex 'order'"):
        collect_patterns(TrainingData(examples=ANNOTATED, regexes=(broken,)), RegexOptions())
