from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from bot.domain.example import Example, TrainingData
from bot.domain.understanding import IntentScore, Understanding
from bot.errors import ProjectError
from bot.nlu.cross_validation import cross_validate, deal_examples

DATA = TrainingData(
    examples=tuple(
        Example(text=f"{intent} {number}", intent=intent) for number in range(6) for intent in ("a", "b")
    )
)


def read_by_heart(data: TrainingData, texts: Sequence[str]) -> list[Understanding]:
    """Know nothing but what was taught, word for word."""
    taught = {example.text: example.intent for example in data.examples}
    return [
        Understanding(text=text, intent=IntentScore(name=taught.get(text, "unheard"), confidence=1))
        for text in texts
    ]


def ignore(done: int, total: int) -> None:
    """Take no notice."""


def test_nothing_is_read_by_who_learned_it() -> None:
    told: list[tuple[int, int]] = []
    reading = cross_validate(
        DATA, read_by_heart, folds=3, seed=0, report=lambda done, total: told.append((done, total))
    )
    assert [each.text for each in reading.understandings] == [example.text for example in DATA.examples]
    assert {each.intent.name for each in reading.understandings if each.intent} == {"unheard"}
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_intents_are_dealt_out_evenly() -> None:
    folds = deal_examples(DATA.examples, folds=3, seed=0)
    dealt = Counter((example.intent, fold) for example, fold in zip(DATA.examples, folds, strict=True))
    assert set(dealt.values()) == {2}
    assert deal_examples(DATA.examples, folds=3, seed=1) != folds


def test_equal_texts_stay_together() -> None:
    twice = [*DATA.examples, Example(text="a 1", intent="b"), Example(text=" a 1", intent="a")]
    folds = deal_examples(twice, folds=3, seed=0)
    assert folds[2] == folds[-2] == folds[-1]


def test_a_single_text_cannot_be_held_out() -> None:
    with pytest.raises(ProjectError, match="the only text"):
        cross_validate(
            TrainingData(examples=DATA.examples[:1]), read_by_heart, folds=5, seed=0, report=ignore
        )
