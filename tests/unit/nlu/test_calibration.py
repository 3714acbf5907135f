from __future__ import annotations

from dataclasses import replace

import numpy as np

from bot.nlu.calibration import Calibration, fit_calibration
from bot.nlu.chances import Scores

TEXTS, INTENTS = 600, 5


def make_scores(
    *, landmarks: float, words: float, nearest: float = 0.0, near: float = 0.7
) -> tuple[Scores, np.ndarray]:
    """Return scores of parts that are this good at telling the intents apart, and the labels."""
    dice = np.random.default_rng(0)
    labels = np.arange(TEXTS) % INTENTS
    parts = dice.normal(size=(3, TEXTS, INTENTS)).astype(np.float32)
    parts[:, np.arange(TEXTS), labels] += np.array([[landmarks], [nearest], [words]], dtype=np.float32)
    nearness = dice.normal(near, 0.1, (TEXTS, 2)).astype(np.float32)
    return Scores(parts=parts, nearness=nearness, fullness=np.full(TEXTS, 0.5)), labels


def test_the_part_that_tells_more_counts_more() -> None:
    by_landmarks = fit_calibration(*make_scores(landmarks=3.0, words=0.0)).shares
    by_words = fit_calibration(*make_scores(landmarks=0.0, words=3.0)).shares
    by_nearest = fit_calibration(*make_scores(landmarks=0.0, words=0.0, nearest=3.0)).shares
    for part, shares in enumerate((by_landmarks, by_nearest, by_words)):
        assert all(shares[part] > 10 * share for share in (*shares[:part], *shares[part + 1 :]))


def test_confidence_means_how_often_it_is_right() -> None:
    scores, labels = make_scores(landmarks=1.0, words=1.0)
    chances = fit_calibration(scores, labels).apply(scores)
    right = chances.argmax(axis=1) == labels
    assert abs(chances.max(axis=1).mean() - right.mean()) < 0.02
    assert chances.max(axis=1)[right].mean() > chances.max(axis=1)[~right].mean()


def test_texts_unlike_all_examples_are_doubted() -> None:
    scores, labels = make_scores(landmarks=3.0, words=1.0)
    calibration = fit_calibration(scores, labels)
    strange = replace(scores, nearness=scores.nearness - np.float32(0.7))
    assert calibration.apply(strange).max(axis=1).mean() < calibration.apply(scores).max(axis=1).mean() / 2


def test_where_brief_texts_are_wrong_more_often_they_are_doubted() -> None:
    scores, labels = make_scores(landmarks=3.0, words=1.0)
    brief = np.arange(TEXTS) % 7 == 0
    meant = np.where(brief & (np.arange(TEXTS) % 2 == 0), (labels + 1) % INTENTS, labels)
    told = fit_calibration(replace(scores, fullness=np.where(brief, 0.2, 0.6)), meant)
    again = [told.apply(replace(scores, fullness=np.full(TEXTS, each))).max(axis=1) for each in (0.2, 0.6)]
    assert again[0].mean() < again[1].mean() - 0.1
    assert fit_calibration(scores, meant).confidence.full_odds < told.confidence.full_odds


def test_a_dozen_texts_that_are_all_right_do_not_make_everything_sure() -> None:
    scores, labels = make_scores(landmarks=9.0, words=9.0)
    few = scores.select(np.arange(12))
    calibration = fit_calibration(few, labels[:12])
    vague = replace(few, parts=few.parts * np.float32(0.1))
    assert calibration.apply(vague).max(axis=1).max() < calibration.apply(few).max(axis=1).min()


def test_a_few_texts_that_lie_alike_do_not_make_a_little_less_near_infinitely_strange() -> None:
    scores, labels = make_scores(landmarks=3.0, words=3.0)
    alike = np.zeros(4, dtype=np.int64)
    calibration = fit_calibration(scores.select(alike), labels[alike])
    weights = calibration.confidence.scope
    assert max(weights.odds, weights.mean, weights.centre, weights.example) < 200


def test_nothing_held_out_gives_the_defaults() -> None:
    scores, _ = make_scores(landmarks=1.0, words=1.0)
    none = scores.select(np.zeros(0, dtype=np.int64))
    assert fit_calibration(none, np.zeros(0, dtype=np.int64)) == Calibration()
