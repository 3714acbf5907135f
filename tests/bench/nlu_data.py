"""Reads the public data sets, and trains on them as `visavis train` does."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from bot.bootstrap.lessons import SEED
from bot.domain.example import Example, TrainingData
from bot.domain.pipeline import PipelineSpec
from bot.nlu.embeddings import Embedder
from bot.nlu.model import NluModel
from bot.nlu.reader import Reader
from bot.nlu.training import train_nlu

SHOTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Labelled texts."""

    texts: Sequence[str]
    intents: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guesses:
    """The likeliest intent of each text, its confidence, and whether it is in scope (texts,)."""

    intents: Sequence[str]
    confidences: NDArray[np.float64]
    in_scope: NDArray[np.float64]

    def compare(self, meant: Sequence[str]) -> NDArray[np.bool_]:
        """Tell which are right: (texts,)."""
        return np.array([guess == intent for guess, intent in zip(self.intents, meant, strict=True)])


def read_banking77(data: Path, part: str) -> Texts:
    """Read `train` or `test`."""
    with (data / "banking77" / f"{part}.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return Texts(texts=[row["text"] for row in rows], intents=[row["category"] for row in rows])


def read_clinc150(data: Path, part: str) -> Texts:
    """Read `train`, `test` or `oos_test`."""
    rows = json.loads((data / "clinc150" / "data_full.json").read_text(encoding="utf-8"))[part]
    return Texts(texts=[text for text, _ in rows], intents=[intent for _, intent in rows])


def take_shots(texts: Texts, seed: int) -> Texts:
    """Take ten texts of each intent by the protocol beside the data."""
    dice = Random(seed)  # noqa: S311 - the protocol's
    rows: dict[str, list[int]] = {}
    for row, intent in enumerate(texts.intents):
        rows.setdefault(intent, []).append(row)
    taken = [row for listed in rows.values() for row in dice.sample(listed, SHOTS)]
    return Texts(texts=[texts.texts[row] for row in taken], intents=[texts.intents[row] for row in taken])


def make_training_data(texts: Texts) -> TrainingData:
    """Return the texts as examples."""
    pairs = zip(texts.texts, texts.intents, strict=True)
    return TrainingData(examples=tuple(Example(text=text, intent=intent) for text, intent in pairs))


def train(texts: Texts, embedder: Embedder) -> NluModel:
    """Train with the default pipeline and seed."""
    return train_nlu(
        make_training_data(texts),
        PipelineSpec(),
        embedder=embedder,
        seed=SEED,
        progress=lambda _progress: None,
    )


def guess(model: NluModel, embedder: Embedder, texts: Sequence[str]) -> Guesses:
    """Read texts; the intent is the trained one's also where the fallback would take over."""
    read = Reader(model, embedder.encoder).read(texts)
    best = [each.ranking[1] if each.fallback else each.ranking[0] for each in read]
    return Guesses(
        intents=[each.name for each in best],
        confidences=np.array([each.confidence for each in best]),
        in_scope=np.array([each.in_scope for each in read], dtype=np.float64),
    )
