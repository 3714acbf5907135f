from __future__ import annotations

import re

from bot.domain.example import Example
from bot.domain.understanding import Entity
from bot.nlu.dimensions.options import Dimension, DimensionOptions
from bot.nlu.entities import EntityFinder, EntityTables, Extractor
from bot.nlu.phrases import Phrase, learn_phrases
from bot.nlu.regex_entities import EntityPattern
from bot.nlu.tokens import get_token_spans, load_language

LANGUAGE = load_language("en")
ORDER = EntityPattern(entity="order", pattern=re.compile(r"LY-\d+"))


def find_all(text: str, **tables: object) -> tuple[Entity, ...]:
    finder = EntityFinder(EntityTables(**tables), LANGUAGE)  # type: ignore[arg-type]  # keywords passed on
    (found,) = finder.find([LANGUAGE.make_doc(text)])
    return found


def find(text: str, **tables: object) -> list[tuple[str, object, int | None, int | None]]:
    return [(entity.entity, entity.value, entity.start, entity.end) for entity in find_all(text, **tables)]


def annotate(text: str, *values: str, entity: str = "city", role: str | None = None) -> Example:
    entities = tuple(
        Entity(
            entity=entity, value=value, start=text.index(value), end=text.index(value) + len(value), role=role
        )
        for value in values
    )
    return Example(text=text, intent="travel", entities=entities)


def test_phrases_are_found_again_in_any_case_as_whole_words() -> None:
    phrases = (Phrase(text="lyra halo", entity="product"),)
    assert find("My LYRA Halo broke, lyra halos too", phrases=phrases) == [("product", "LYRA Halo", 3, 12)]


def test_of_overlapping_phrases_the_longest_wins() -> None:
    phrases = (Phrase(text="halo", entity="product"), Phrase(text="halo pro max", entity="product"))
    assert find("halo pro max or halo", phrases=phrases) == [
        ("product", "halo pro max", 0, 12),
        ("product", "halo", 16, 20),
    ]


TOUCHING = (Phrase(text="order LY-12", entity="thing"), Phrase(text="berlin", entity="city"))


def test_by_default_the_earlier_extractor_wins_a_place() -> None:
    assert find("order LY-12 to Berlin", patterns=(ORDER,), phrases=TOUCHING) == [
        ("order", "LY-12", 6, 11),
        ("city", "Berlin", 15, 21),
    ]


def test_a_named_pipeline_keeps_overlaps_in_its_order_as_rasa_does() -> None:
    found = find(
        "order LY-12 to Berlin",
        patterns=(ORDER,),
        phrases=TOUCHING,
        keep_overlaps=True,
        extractors=(Extractor.LEARNED, Extractor.PATTERNS),
    )
    assert found == [("thing", "order LY-12", 0, 11), ("city", "Berlin", 15, 21), ("order", "LY-12", 6, 11)]


def test_an_extractor_that_is_not_named_finds_nothing() -> None:
    assert find("LY-12 to Berlin", patterns=(ORDER,), phrases=TOUCHING, extractors=()) == []


def test_dimensions_stand_beside_what_was_taught() -> None:
    options = DimensionOptions(dimensions=(Dimension.EMAIL, Dimension.MONEY))
    found = find_all("refund LY-12, £5, to a@example.com", patterns=(ORDER,), dimensions=options)
    assert [(entity.entity, entity.extractor) for entity in found] == [
        ("order", "RegexEntityExtractor"),
        ("amount-of-money", "DucklingEntityExtractor"),
        ("email", "DucklingEntityExtractor"),
    ]


def test_synonyms_give_the_canonical_value_and_say_so() -> None:
    phrases = (Phrase(text="nyc", entity="city"),)
    (entity,) = find_all("to NYC", phrases=phrases, synonyms={"nyc": "New York"})
    assert (entity.value, entity.processors) == ("New York", ("EntitySynonymMapper",))


def test_synonyms_leave_other_values_alone() -> None:
    (entity,) = find_all(
        "to Rome", phrases=(Phrase(text="rome", entity="city"),), synonyms={"nyc": "New York"}
    )
    assert (entity.value, entity.processors) == ("Rome", ())


def test_synonyms_replace_only_what_was_found_before_them() -> None:
    found = find(
        "LY-12 in NYC",
        patterns=(ORDER,),
        phrases=(Phrase(text="nyc", entity="city"),),
        synonyms={"nyc": "New York", "ly-12": "12"},
        extractors=(Extractor.LEARNED, Extractor.SYNONYMS, Extractor.PATTERNS),
    )
    assert [value for _, value, _, _ in found] == ["New York", "LY-12"]


def test_learn_phrases_keeps_a_role_only_where_all_annotations_agree() -> None:
    examples = [
        annotate("to Berlin", "Berlin", role="from"),
        annotate("to berlin", "berlin", role="to"),
        annotate("to Ghent", "Ghent", role="to"),
    ]
    assert learn_phrases(examples, LANGUAGE) == (
        Phrase(text="berlin", entity="city"),
        Phrase(text="ghent", entity="city", role="to"),
    )


def test_a_value_is_the_entity_that_it_is_most_often() -> None:
    examples = [
        *(annotate(f"{words} Paris", "Paris") for words in ("fly to", "I love", "hotels in", "from", "to")),
        annotate("call Paris for me", "Paris", entity="person"),
    ]
    assert learn_phrases(examples, LANGUAGE) == (Phrase(text="paris", entity="city"),)


def test_a_value_always_in_capitals_is_another_word_without_them() -> None:
    phrases = learn_phrases([annotate("ship to the US", "US"), annotate("ship to the UK", "UK")], LANGUAGE)
    assert find("ask US, not us", phrases=phrases) == [("city", "US", 4, 6)]
    assert all(phrase.capitals for phrase in phrases)


def test_a_value_that_is_mostly_no_entity_is_no_phrase() -> None:
    plain = [Example(text=f"I want one {thing}", intent="order") for thing in ("pizza", "salad")]
    examples = [*plain, annotate("a table for one", "one", entity="guests")]
    assert learn_phrases(examples, LANGUAGE) == ()


def test_token_spans_are_code_points_without_blanks() -> None:
    doc = LANGUAGE.make_doc("hi 👋  don't")
    assert [doc.text[start:end] for start, end in get_token_spans(doc)] == ["hi", "👋", "do", "n't"]
