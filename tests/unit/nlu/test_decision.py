from __future__ import annotations

import pytest

from bot.domain.understanding import FALLBACK_INTENT, IntentScore
from bot.nlu.decision import Decider, Decision, decide
from bot.nlu.intents import Fallback

LEARNED, KEYWORDS, FALLBACK = Decider.LEARNED, Decider.KEYWORDS, Decider.FALLBACK
THRESHOLDS = Fallback(threshold=0.5, ambiguity=0.1)


def rank(*confidences: float) -> tuple[IntentScore, ...]:
    return tuple(
        IntentScore(name=name, confidence=each) for name, each in zip("abc", confidences, strict=False)
    )


def ask(
    order: str, ranking: tuple[IntentScore, ...], keyword: str | None = None
) -> tuple[str | None, float | None, list[str]]:
    deciders = {"L": LEARNED, "K": KEYWORDS, "F": FALLBACK}
    decided = decide([deciders[each] for each in order], ranking, keyword=keyword, fallback=THRESHOLDS)
    names = [score.name for score in decided.ranking]
    return (decided.intent.name, decided.intent.confidence, names) if decided.intent else (None, None, names)


@pytest.mark.parametrize(
    ("confidences", "unsure"),
    [
        ((0.5, 0.3), False),
        ((0.49, 0.1), True),
        ((0.55, 0.46), True),
        ((0.55, 0.44), False),
        ((0.9,), False),
        ((0.4,), True),
    ],
)
def test_fallback_below_the_threshold_or_with_a_second_too_close(
    confidences: tuple[float, ...], *, unsure: bool
) -> None:
    expected = FALLBACK_INTENT if unsure else "a"
    name, confidence, names = ask("LF", rank(*confidences))
    assert name == expected
    assert names == [FALLBACK_INTENT, "a", "b"][not unsure :][: len(confidences) + unsure]
    assert confidence == (0.5 if unsure else confidences[0])


def test_a_keyword_overwrites_the_intent_and_not_the_ranking() -> None:
    assert ask("LKF", rank(0.9, 0.1), "k") == ("k", 1.0, ["a", "b"])
    assert ask("LKF", rank(0.9, 0.1)) == ("a", 0.9, ["a", "b"])


def test_a_keyword_is_as_sure_as_can_be_but_the_ranking_may_be_ambiguous() -> None:
    assert ask("LKF", rank(0.3, 0.1), "k") == ("k", 1.0, ["a", "b"])
    assert ask("LKF", rank(0.3, 0.29), "k") == (FALLBACK_INTENT, 0.5, [FALLBACK_INTENT, "a", "b"])


def test_a_keyword_after_the_fallback_overwrites_it() -> None:
    assert ask("LFK", rank(0.3, 0.1), "k") == ("k", 1.0, [FALLBACK_INTENT, "a", "b"])


def test_the_learned_classifier_overwrites_a_keyword_before_it() -> None:
    assert ask("KL", rank(0.3, 0.1), "k") == ("a", 0.3, ["a", "b"])


def test_keywords_alone_know_one_intent_or_none() -> None:
    assert ask("K", rank(0.9), "k") == ("k", 1.0, [])
    assert ask("K", rank(0.9)) == (None, None, [])
    assert ask("KF", rank(0.9)) == (FALLBACK_INTENT, 0.5, [FALLBACK_INTENT])


def test_only_the_fallback_intent_counts_as_not_understood() -> None:
    assert not Decision().fallback
    assert not Decision(intent=rank(0.1)[0]).fallback
    assert Decision(intent=IntentScore(name=FALLBACK_INTENT, confidence=0.5)).fallback
