"""How often, and how surely, intents are right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.svm import LinearSVC

from bot.bootstrap.lessons import SEED
from bot.nlu.cores import count_cores
from bot.nlu.coverage import Answering, find_safe_thresholds, find_thresholds, trace_coverage
from bot.nlu.embeddings import Embedder
from bot.nlu.encoder import open_encoder
from bot.nlu.fitting import build_matrix
from bot.nlu.ngrams import learn_vocabulary
from bot.nlu.reliability import get_calibration_error
from bot.nlu.training import label_examples
from bot.nlu.validation import calibrate, deal_folds, fit_folds
from tests.bench.nlu_data import (
    Texts,
    guess,
    make_training_data,
    read_banking77,
    read_clinc150,
    take_shots,
    train,
)

SEEDS = 5
WRONG = 0.01
REJECTED = 0.05

Say = Callable[[str], None]


def measure_accuracy(data: Path, say: Say) -> dict[str, Any]:
    """Return the figures of all three protocols."""
    embedder = Embedder(open_encoder(threads=count_cores()))
    return {
        **_measure_full(data, embedder, say),
        **_measure_shots(data, embedder, say),
        **_measure_scope(data, embedder, say),
    }


def _measure_full(data: Path, embedder: Embedder, say: Say) -> dict[str, Any]:
    say("BANKING77, all examples")
    taught, asked = read_banking77(data, "train"), read_banking77(data, "test")
    model = train(taught, embedder)
    guesses = guess(model, embedder, asked.texts)
    right = guesses.compare(asked.intents)
    threshold = _choose_threshold(taught, embedder)
    answered = guesses.confidences >= threshold
    return {
        "banking77_accuracy": float(right.mean()),
        "banking77_peer_accuracy": _measure_margins(taught, asked, embedder),
        "ece_full": get_calibration_error(guesses.confidences, right),
        "selective_threshold": threshold,
        "selective_share": float(answered.mean()),
        "selective_wrong": float((~right[answered]).mean()),
        "selective_share_in_hindsight": _share_in_hindsight(guesses.confidences, right),
    }


def _choose_threshold(taught: Texts, embedder: Embedder) -> float:
    """Choose on the examples alone, as training does."""
    labelled = label_examples(make_training_data(taught), embedder, lambda _progress: None)
    folds = deal_folds(labelled, seed=SEED)
    crossed = fit_folds(labelled, folds, seed=SEED, report=lambda _done, _total: None)
    held_out = calibrate(labelled, crossed.scores, folds)
    right = held_out.probabilities.argmax(axis=1) == held_out.labels
    coverage = trace_coverage(held_out.probabilities.max(axis=1), right)
    return _get_threshold(find_safe_thresholds(coverage, (WRONG,))[WRONG])


def _get_threshold(found: Answering | None) -> float:
    return found.threshold if found else 1.1  # nothing is as sure as that


def _share_in_hindsight(confidences: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    found = find_thresholds(trace_coverage(confidences, right), (WRONG,))[WRONG]
    return float((confidences >= _get_threshold(found)).mean())


def _measure_shots(data: Path, embedder: Embedder, say: Say) -> dict[str, Any]:
    taught, asked = read_banking77(data, "train"), read_banking77(data, "test")
    asked_vectors = _embed(asked, embedder)
    accuracies, peers, errors = [], [], []
    for seed in range(SEEDS):
        say(f"BANKING77, 10 examples an intent, seed {seed}")
        shots = take_shots(taught, seed)
        guesses = guess(train(shots, embedder), embedder, asked.texts)
        right = guesses.compare(asked.intents)
        accuracies.append(float(right.mean()))
        errors.append(get_calibration_error(guesses.confidences, right))
        logistic = LogisticRegression(C=30, max_iter=1000).fit(_embed(shots, embedder), shots.intents)
        peers.append(float(logistic.score(asked_vectors, asked.intents)))
    return {
        "banking77_10_shot": float(np.mean(accuracies)),
        "banking77_10_shot_seeds": accuracies,
        "banking77_10_shot_peer": float(np.mean(peers)),
        "ece_10_shot": float(np.mean(errors)),
    }


def _measure_scope(data: Path, embedder: Embedder, say: Say) -> dict[str, Any]:
    say("CLINC150")
    asked, strange = read_clinc150(data, "test"), read_clinc150(data, "oos_test")
    model = train(read_clinc150(data, "train"), embedder)
    known = guess(model, embedder, asked.texts)
    unknown = guess(model, embedder, strange.texts)
    in_scope = np.concatenate([np.ones(len(asked.texts)), np.zeros(len(strange.texts))])
    limit = np.quantile(known.in_scope, REJECTED)
    return {
        "clinc150_accuracy": float(known.compare(asked.intents).mean()),
        "clinc150_recall_at_5": float((unknown.in_scope < limit).mean()),
        "clinc150_auroc": float(roc_auc_score(in_scope, np.concatenate([known.in_scope, unknown.in_scope]))),
        "clinc150_auroc_of_confidence": float(
            roc_auc_score(in_scope, np.concatenate([known.confidences, unknown.confidences]))
        ),
    }


def _measure_margins(taught: Texts, asked: Texts, embedder: Embedder) -> float:
    """Return the accuracy of one linear machine over sentence vectors and half-weighted n-grams."""
    vocabulary = learn_vocabulary(taught.texts)
    stacked = [
        hstack([csr_matrix(_embed(texts, embedder)), 0.5 * build_matrix(vocabulary, texts.texts)]).tocsr()
        for texts in (taught, asked)
    ]
    machine = LinearSVC(C=1.0, random_state=SEED).fit(stacked[0], taught.intents)
    return float(machine.score(stacked[1], asked.intents))


def _embed(texts: Texts, embedder: Embedder) -> NDArray[np.float32]:
    return embedder.embed(list(texts.texts), lambda _done, _total: None).vectors
