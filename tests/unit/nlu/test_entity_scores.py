from __future__ import annotations

import pytest

from bot.domain.understanding import Entity
from bot.nlu.entity_scores import score_entities


def make(
    entity: str, start: int, end: int, *, extractor: str | None = None, role: str | None = None
) -> Entity:
    return Entity(entity=entity, value="v", start=start, end=end, extractor=extractor, role=role)


def test_only_exact_spans_of_the_same_name_are_hits() -> None:
    expected = [[make("city", 0, 6), make("city", 10, 15)], [make("city", 0, 4)]]
    found = [[make("city", 0, 6), make("city", 10, 14)], [make("product", 0, 4)]]
    scores = score_entities(expected, found)
    assert (scores["texts"], scores["expected"], scores["found"], scores["hits"]) == (2, 3, 3, 1)
    assert scores["precision"] == scores["recall"] == scores["f1"] == pytest.approx(1 / 3)
    assert scores["per_entity"]["product"]["f1"] == 0.0


def test_what_two_extractors_found_alike_counts_once_and_once_for_each() -> None:
    expected = [[make("city", 0, 6), make("order", 8, 12)]]
    found = [
        [
            make("city", 0, 6, extractor="A"),
            make("city", 0, 6, extractor="B"),
            make("city", 8, 12, extractor="B"),
        ],
    ]
    scores = score_entities(expected, found)
    assert (scores["found"], scores["hits"]) == (2, 1)
    assert scores["per_extractor"]["A"]["precision"] == 1.0
    assert scores["per_extractor"]["B"]["precision"] == scores["per_extractor"]["B"]["recall"] == 0.5


def test_the_same_span_in_another_text_is_no_hit() -> None:
    assert score_entities([[make("city", 0, 6)], []], [[], [make("city", 0, 6)]])["hits"] == 0


def test_texts_without_entities_agree() -> None:
    scores = score_entities([[], []], [[], []])
    assert (scores["precision"], scores["recall"], scores["f1"]) == (1.0, 1.0, 1.0)
    assert scores["per_entity"] == scores["per_extractor"] == {}


def test_roles_are_counted_among_the_hits_that_have_some() -> None:
    expected = [[make("city", 0, 6, role="from"), make("city", 10, 15, role="to"), make("city", 20, 25)]]
    found = [[make("city", 0, 6, role="from"), make("city", 10, 15, role="from"), make("city", 20, 25)]]
    scores = score_entities(expected, found)
    assert (scores["f1"], scores["roles"]) == (1.0, {"expected": 2, "hits": 1})


def test_lists_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="1 texts were annotated, but 2 were read"):
        score_entities([[]], [[], []])
