"""Precision, recall and F1 of each name, and their means. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.domain.json import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class NameScore:
    """How well one intent was told from the others: `examples` mean it, `guesses` were taken for it."""

    name: str
    examples: int
    guesses: int
    hits: int

    @property
    def precision(self) -> float:
        """The share of its guesses that were right; 0 where there was none."""
        return self.hits / self.guesses if self.guesses else 0.0

    @property
    def recall(self) -> float:
        """The share of its examples that were found; 0 where there is none."""
        return self.hits / self.examples if self.examples else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.examples + self.guesses
        return 2 * self.hits / both if both else 0.0


def score_names(pairs: Iterable[tuple[str, str]]) -> tuple[NameScore, ...]:
    """Return a row for each name that was meant, by name, from (meant, guessed) pairs.

    Names that were only guessed have no row: the mistake counts against the name that was meant, and no
    mean depends on how many other intents a model happens to know.
    """
    counted = Counter(pairs)
    examples, guesses = Counter[str](), Counter[str]()
    for (meant, guessed), count in counted.items():
        examples[meant] += count
        guesses[guessed] += count
    return tuple(
        NameScore(name=name, examples=examples[name], guesses=guesses[name], hits=counted[name, name])
        for name in sorted(examples)
    )


def tabulate(scores: Iterable[NameScore]) -> JsonObject:
    """Return the rows as JSON: name → `examples`, `precision`, `recall`, `f1`."""
    return {
        score.name: {
            "examples": score.examples,
            "precision": score.precision,
            "recall": score.recall,
            "f1": score.f1,
        }
        for score in scores
    }


def get_accuracy(scores: Sequence[NameScore]) -> float:
    """Return the share of right guesses; 0 where there was nothing to guess."""
    examples = sum(score.examples for score in scores)
    return sum(score.hits for score in scores) / examples if examples else 0.0


def get_macro_f1(scores: Sequence[NameScore]) -> float:
    """Return the mean F1, every name counting alike."""
    return sum(score.f1 for score in scores) / len(scores) if scores else 0.0


def get_weighted_f1(scores: Sequence[NameScore]) -> float:
    """Return the mean F1, every name counting by its examples."""
    examples = sum(score.examples for score in scores)
    return sum(score.f1 * score.examples for score in scores) / examples if examples else 0.0
