from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.domain.example import Example
from bot.domain.json import JsonObject
from bot.domain.understanding import Entity, IntentScore, Understanding
from bot.nlu.assessment import assess
from bot.nlu.assessment_json import render_assessment
from tests.unit.nlu.assessing import KNOWN, SAID, make_examples, make_understandings


def test_a_known_set_gives_these_figures() -> None:
    found = assess(make_examples(), make_understandings(), KNOWN)
    assert (found.examples, len(found.scores)) == (6, 3)
    assert found.accuracy == found.accuracy_of_known == pytest.approx(4 / 6)
    # greet 1; ask_delivery precision 1, recall 1/3; ask_refund precision 1/3, recall 1
    assert found.macro_f1 == pytest.approx((1 + 0.5 + 0.5) / 3)
    assert found.weighted_f1 == pytest.approx((2 * 1 + 3 * 0.5 + 1 * 0.5) / 6)
    # Each bin holds one text: 1-0.9, 1-0.7, 1-0.8, 0.6, 0.4, 0
    assert found.ece == pytest.approx((0.1 + 0.3 + 0.2 + 0.6 + 0.4 + 0) / 6)
    assert (found.answered, found.answered_wrong) == (5 / 6, 1 / 5)
    assert [(each.expected, each.got, len(each.trials), each.of) for each in found.confusions] == [
        ("ask_delivery", "ask_refund", 2, 3)
    ]
    # Wrong are the fifth and the sixth: risks 0, 0, 0, 0, 1/5, 2/6
    assert found.coverage.area == pytest.approx((1 / 5 + 2 / 6) / 6)
    assert (found.unknown, found.untested, found.out_of_scope) == ({}, (), None)


def test_the_guess_counts_where_the_thresholds_refuse_it() -> None:
    said = (("hello", "greet", "greet", 0.3),)
    found = assess(make_examples(said), make_understandings(said), KNOWN)
    assert (found.accuracy, found.answered) == (1, 0)
    assert found.trials[0].confidence == 0.3


def test_intents_that_only_one_side_knows_are_told() -> None:
    said = (*SAID[:2], ("shut up", "insult", "greet", 0.8))
    found = assess(make_examples(said), make_understandings(said), KNOWN)
    assert found.unknown == {"insult": 1}
    assert found.untested == ("ask_delivery", "ask_refund")
    assert (found.accuracy, found.accuracy_of_known) == (2 / 3, 1)
    assert found.macro_f1 == pytest.approx((2 * 2 / 5) / 2)


def test_texts_out_of_scope_are_judged_by_whether_they_are_refused() -> None:
    said = (
        *SAID[:3],
        ("what is love", "nlu_fallback", "greet", 0.4),
        ("who won", "out_of_scope", "greet", 0.75),
    )
    found = assess(make_examples(said), make_understandings(said), KNOWN)
    assert (found.examples, found.accuracy, found.unknown) == (3, 1, {})
    assert found.out_of_scope
    assert (found.out_of_scope.examples, found.out_of_scope.refused) == (2, 0.5)
    assert [trial.text for trial in found.out_of_scope.answered] == ["who won"]
    assert found.out_of_scope.auroc == pytest.approx(5 / 6)  # 0.75 is surer than "hey" with 0.7


def test_an_intent_called_out_of_scope_is_an_intent_to_a_model_that_has_it() -> None:
    said = (("who won", "out_of_scope", "greet", 0.75),)
    found = assess(make_examples(said), make_understandings(said), (*KNOWN, "out_of_scope"))
    assert (found.examples, found.accuracy, found.out_of_scope) == (1, 0, None)


def test_a_text_that_says_nothing_is_taken_for_nothing() -> None:
    found = assess([Example(text=" ", intent="greet")], [Understanding(text="", intent=None)], KNOWN)
    assert (found.accuracy, found.answered) == (0, 0)
    assert found.mistakes[0].got == "nlu_fallback"


def test_no_examples_give_figures_all_the_same() -> None:
    found = assess([], [], KNOWN)
    assert (found.examples, found.accuracy, found.macro_f1, found.ece, found.answered) == (0, 0, 0, 0, 0)
    json.dumps(render_assessment(found), allow_nan=False)


def test_keys_of_retrieval_intents_have_figures_of_their_own() -> None:
    score = IntentScore(name="faq", confidence=0.9)
    selected: JsonObject = {"faq": {"response": {"intent_response_key": "faq/hours", "confidence": 1.0}}}
    understood = Understanding(text="", intent=score, ranking=(score,), response_selector=selected)
    examples = [Example(text="open?", intent="faq/hours"), Example(text="park?", intent="faq/parking")]
    found = assess(examples, [understood, understood], ("faq/hours", "faq/parking"))
    assert found.accuracy == 1
    assert found.keys
    assert (found.keys.examples, found.keys.accuracy) == (2, 0.5)
    assert [(trial.expected_key, trial.got_key) for trial in found.keys.mistakes] == [
        ("faq/parking", "faq/hours")
    ]
    assert assess(examples, [understood, understood], ("faq/hours",)).unknown == {"faq/parking": 1}


def test_entities_are_scored_where_examples_are_annotated() -> None:
    city = Entity(entity="city", value="Ghent", start=0, end=5)
    examples, understandings = make_examples(), make_understandings()
    assert assess(examples, understandings, KNOWN).entities is None
    examples[0] = replace(examples[0], entities=(city,))
    understandings[0] = replace(understandings[0], entities=(city,))
    entities = assess(examples, understandings, KNOWN).entities
    assert entities
    assert entities["f1"] == 1


def test_json_names_figures_mistakes_and_where_they_are_written() -> None:
    rendered = render_assessment(assess(make_examples(), make_understandings(), KNOWN))
    assert {"accuracy", "macro_f1", "ece", "examples", "intents"} <= rendered.keys()
    assert (rendered["examples"], rendered["intents"]) == (6, 3)
    assert rendered["wrong"] == [
        {
            "text": "has it been sent",
            "expected": "ask_delivery",
            "got": "ask_refund",
            "confidence": 0.6,
            "answered": True,
            "file": "test.yml",
            "line": 4,
        },
        {
            "text": "is it coming <b>back</b>?",
            "expected": "ask_delivery",
            "got": "ask_refund",
            "confidence": 0.4,
            "answered": False,
            "file": "test.yml",
            "line": 5,
        },
    ]
    json.dumps(rendered, allow_nan=False)


def test_a_keyword_is_what_the_model_chose() -> None:
    score = IntentScore(name="greet", confidence=0.6)
    by_keyword = IntentScore(name="ask_refund", confidence=1.0)
    understood = Understanding(text="", intent=by_keyword, ranking=(score,))
    found = assess([Example(text="refund, hello", intent="ask_refund")], [understood], KNOWN)
    assert (found.accuracy, found.trials[0].confidence, found.answered) == (1, 1, 1)
