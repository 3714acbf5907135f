"""Every example understood once, by a model that was trained as ever, but without it. Pure.

`bot.nlu.validation` does the same inside a training, for the intent head alone, which is calibrated by
it. Here each fold is a training of its own, with everything that a training learns.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.errors import ProjectError
from bot.nlu.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.domain.example import Example, TrainingData
    from bot.domain.understanding import Understanding

    Read = Callable[[TrainingData, Sequence[str]], Sequence[Understanding]]
    """Trains on the data, and reads the texts with the model that comes of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOutReading:
    """What was understood of each example, and the fold (0..) that it was held out in."""

    understandings: tuple[Understanding, ...]
    folds: tuple[int, ...]


def cross_validate(
    data: TrainingData,
    read: Read,
    *,
    folds: int,
    seed: int,
    report: Callable[[int, int], None],
) -> HeldOutReading:
    """Train without the examples of each fold in turn, and read those. `report`: (folds done, folds in all).

    Raises `ProjectError` where there are not two texts to tell apart, and whatever `read` raises.
    """
    dealt = deal_examples(data.examples, folds=folds, seed=seed)
    used = sorted(set(dealt))
    if len(used) == 1:
        only = data.examples[0].source
        raise ProjectError(
            only.path if only else "nlu",
            only.line if only else None,
            "this is the only text: without it nothing is left to learn from",
        )
    understood: dict[int, Understanding] = {}
    for done, fold in enumerate(used):
        report(done, len(used))
        outside = tuple(example for example, its in zip(data.examples, dealt, strict=True) if its != fold)
        rows = [row for row, its in enumerate(dealt) if its == fold]
        texts = [data.examples[row].text for row in rows]
        understood.update(zip(rows, read(replace(data, examples=outside), texts), strict=True))
    report(len(used), len(used))
    return HeldOutReading(
        understandings=tuple(understood[row] for row in range(len(dealt))),
        folds=tuple(dealt),
    )


def deal_examples(examples: Sequence[Example], *, folds: int, seed: int) -> list[int]:
    """Return each example's fold. The texts of an intent are dealt out evenly; equal texts stay together.

    The order comes from the texts, so a new example moves none of another intent.
    """
    texts: dict[str, set[str]] = defaultdict(set)
    for example in examples:
        texts[example.intent].add(normalise(example.text).text)
    fold_of: dict[str, int] = {}
    for intent in sorted(texts):
        start = int.from_bytes(_shuffle(intent, seed))
        for number, text in enumerate(sorted(texts[intent], key=lambda text: _shuffle(text, seed))):
            fold_of.setdefault(text, (start + number) % folds)
    return [fold_of[normalise(example.text).text] for example in examples]


def _shuffle(text: str, seed: int) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=8, salt=seed.to_bytes(8)).digest()
