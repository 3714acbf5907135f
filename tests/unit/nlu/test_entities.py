from __future__ import annotations

import re

import pytest

from bot.domain.example import Example
from bot.domain.understanding import Entity
from bot.errors import ModelError
from bot.nlu.entities import EntityFinder, EntityTables
from bot.nlu.phrases import Phrase, learn_phrases
from bot.nlu.regex_entities import EntityPattern
from bot.nlu.tokens import get_token_spans, load_language

LANGUAGE = load_language("en")


def find(text: str, **tables: object) -> list[tuple[str, object, int | None, int | None]]:
    finder = EntityFinder(EntityTables(**tables), LANGUAGE)  # type: ignore[arg-type]  # keywords passed on
    found = finder.find(LANGUAGE.make_doc(text))
    return [(entity.entity, entity.value, entity.start, entity.end) for entity in found]


def test_phrases_are_found_again_in_any_case_as_whole_words() -> None:
    phrases = (Phrase(text="lyra halo", entity="product"),)
    assert find("My LYRA Halo broke, lyra halos too", phrases=phrases) == [("product", "LYRA Halo", 3, 12)]


def test_of_overlapping_phrases_the_longest_wins() -> None:
    phrases = (Phrase(text="halo", entity="product"), Phrase(text="halo pro max", entity="product"))
    assert find("halo pro max or halo", phrases=phrases) == [
        ("product", "halo pro max", 0, 12),
        ("product", "halo", 16, 20),
    ]


def test_a_pattern_wins_over_a_phrase_that_it_touches() -> None:
    tables = {
        "patterns": (EntityPattern(entity="order", pattern=re.compile(r"LY-\d+")),),
        "phrases": (Phrase(text="order LY-12", entity="thing"), Phrase(text="berlin", entity="city")),
    }
    assert find("order LY-12 to Berlin", **tables) == [("order", "LY-12", 6, 11), ("city", "Berlin", 15, 21)]


def test_synonyms_give_the_canonical_value_and_say_so() -> None:
    finder = EntityFinder(
        EntityTables(phrases=(Phrase(text="nyc", entity="city"),), synonyms={"nyc": "New York"}),
        LANGUAGE,
    )
    (entity,) = finder.find(LANGUAGE.make_doc("to NYC"))
    assert (entity.value, entity.processors) == ("New York", ("EntitySynonymMapper",))


def test_learn_phrases_keeps_a_role_only_where_all_annotations_agree() -> None:
    def annotate(role: str, text: str) -> Example:
        entity = Entity(entity="city", value=text, start=3, end=3 + len(text), role=role)
        return Example(text=f"to {text}", intent="travel", entities=(entity,))

    examples = [annotate("from", "Berlin"), annotate("to", "berlin"), annotate("to", "Ghent")]
    assert learn_phrases(examples) == (
        Phrase(text="berlin", entity="city"),
        Phrase(text="ghent", entity="city", role="to"),
    )


def test_token_spans_are_code_points_without_blanks() -> None:
    doc = LANGUAGE.make_doc("hi 👋  don't")
    assert [doc.text[start:end] for start, end in get_token_spans(doc)] == ["hi", "👋", "do", "n't"]


def test_a_language_spacy_does_not_know_is_a_clear_error() -> None:
    with pytest.raises(ModelError, match="language 'qq'"):
        load_language("qq")
