from __future__ import annotations

import random
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.example import Example
from bot.domain.understanding import Entity
from bot.errors import ModelDamaged
from bot.nlu.learned_entities import LearnedFinder
from bot.nlu.phrases import Phrase
from bot.nlu.recogniser import Label, Recogniser, RecogniserRun
from bot.nlu.recogniser_fitting import collect_labels, fit_recogniser
from bot.nlu.tokens import load_language

LANGUAGE = load_language("en")
CITIES = ("Berlin", "Ghent", "Oslo", "Rome", "Paris", "Lisbon", "Vienna", "Dublin")


def ignore(done: int, total: int) -> None:
    """Take no notice."""


def make_trip(start: str, end: str) -> Example:
    text = f"a train from {start} to {end} please"
    places = [(start, "from", 13), (end, "to", 13 + len(start) + 4)]
    entities = tuple(
        Entity(
            entity="city",
            value=name,
            start=at,
            end=at + len(name),
            role=role,
            group="1" if role == "to" else None,
        )
        for name, role, at in places
    )
    return Example(text=text, intent="travel", entities=entities)


TRIPS = [make_trip(start, end) for start, end in product(CITIES, CITIES[::3]) if start != end]
TALK = [Example(text=text, intent="chat") for text in ("hello to you", "where are you from", "thanks a lot")]


def fit(examples: list[Example]) -> Recogniser | None:
    return fit_recogniser(examples, LANGUAGE, seed=0, report=ignore)


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    fitted = fit([*TRIPS, *TALK])
    assert fitted is not None
    return fitted


@pytest.fixture(scope="module")
def run(recogniser: Recogniser) -> RecogniserRun:
    return RecogniserRun(recogniser, LANGUAGE)


def find(run: RecogniserRun, text: str) -> list[Entity]:
    (found,) = run.find([LANGUAGE.make_doc(text)])
    return found


def test_values_never_seen_are_recognised_with_roles_and_groups(run: RecogniserRun) -> None:
    assert find(run, "a train from Madrid to Prague please") == [
        Entity(entity="city", value="Madrid", start=13, end=19, role="from", extractor="SpacyRecogniser"),
        Entity(
            entity="city", value="Prague", start=23, end=29, role="to", group="1", extractor="SpacyRecogniser"
        ),
    ]


def test_a_text_without_entities_has_none(run: RecogniserRun) -> None:
    assert find(run, "thanks a lot") == []


def test_a_batch_gives_what_each_text_gives_alone(run: RecogniserRun) -> None:
    texts = ["a train from Madrid to Prague please", "", "hello", "from Rome"]
    together = run.find([LANGUAGE.make_doc(text) for text in texts])
    assert together == [find(run, text) for text in texts]


def test_equal_examples_and_seed_give_equal_bytes_and_leave_the_dice_alone() -> None:
    random.seed(7)
    expected = random.random()  # noqa: S311 - the very dice that training throws
    random.seed(7)
    assert fit([*TRIPS[:3], *TALK]) == fit([*TRIPS[:3], *TALK])
    assert random.random() == expected  # noqa: S311 - see above


def test_nothing_annotated_means_no_recogniser() -> None:
    assert fit(TALK) is None


def test_labels_hold_any_name(recogniser: Recogniser) -> None:
    assert recogniser.labels == (
        Label(entity="city", role="from"),
        Label(entity="city", role="to", group="1"),
    )
    odd = Entity(entity='B-"x"|[1]', value="a", start=0, end=1, role="-", group="O")
    assert collect_labels([Example(text="a", intent="i", entities=(odd,))]) == (
        Label(entity='B-"x"|[1]', role="-", group="O"),
    )


def test_annotations_that_overlap_or_cut_a_word_do_not_stop_training() -> None:
    entities = (
        Entity(entity="city", value="Berlin", start=3, end=9),
        Entity(entity="place", value="Berlin now", start=3, end=13),
        Entity(entity="part", value="cke", start=15, end=18),
    )
    fitted = fit([Example(text="to Berlin now tickets", intent="travel", entities=entities)])
    assert fitted is not None
    assert [label.entity for label in fitted.labels] == ["city", "part", "place"]


@pytest.mark.parametrize("weights", [b"", b"\x80", b"not msgpack at all"])
def test_weights_that_are_none_are_a_clear_error(weights: bytes) -> None:
    with pytest.raises(ModelDamaged, match="train again"):
        RecogniserRun(Recogniser(labels=(Label(entity="city"),), weights=weights), LANGUAGE)


def test_weights_of_other_labels_are_a_clear_error(recogniser: Recogniser) -> None:
    with pytest.raises(ModelDamaged, match="does not fit its labels"):
        RecogniserRun(Recogniser(labels=recogniser.labels[:1], weights=recogniser.weights), LANGUAGE)


def test_of_what_is_recognised_and_known_the_longer_counts_then_the_recognised(
    recogniser: Recogniser,
) -> None:
    phrases = (Phrase(text="madrid", entity="town"), Phrase(text="prague please", entity="wish"))
    finder = LearnedFinder(phrases, recogniser, LANGUAGE)
    (found,) = finder.find([LANGUAGE.make_doc("a train from Madrid to Prague please")])
    assert [(entity.entity, entity.value) for entity in found] == [
        ("city", "Madrid"),
        ("wish", "Prague please"),
    ]


@given(st.text(max_size=80))
@settings(max_examples=25, deadline=None)
def test_any_text_gives_spans_inside_it_that_do_not_overlap(run: RecogniserRun, text: str) -> None:
    position = 0
    for entity in find(run, text):
        assert entity.start is not None
        assert entity.end is not None
        assert position <= entity.start < entity.end <= len(text)
        assert entity.value == text[entity.start : entity.end]
        position = entity.end
