"""Retrieval intents: `faq/hours` and `faq/parking` are one intent, `faq`, with an answer for each key.

The head knows the keys as intents of their own. The chance of the intent is the sum over its keys;
which answer is meant is decided among them (what Rasa trains a ResponseSelector for).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bot.nlu.intents import RANKING_LENGTH, rank

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bot.domain.json import JsonObject
    from bot.domain.understanding import IntentScore

DEFAULT = "default"


class KeyFolder:
    """Adds up the chances of keys, and picks one for each retrieval intent.

    `bases` are the intents as the dialogue knows them, `retrieval` those among them that have keys.
    """

    def __init__(self, names: Sequence[str]) -> None:
        """Take apart the names of a head: `greet`, `faq/hours`."""
        owners = [name.partition("/")[0] for name in names]
        self.bases = tuple(dict.fromkeys(owners))
        self.retrieval = tuple(
            sorted({owner for owner, name in zip(owners, names, strict=True) if owner != name})
        )
        numbers = {base: number for number, base in enumerate(self.bases)}
        self._names = tuple(names)
        self._owners = np.array([numbers[owner] for owner in owners], dtype=np.int64)
        self._columns = {base: np.flatnonzero(self._owners == numbers[base]) for base in self.retrieval}

    def rank(self, chances: NDArray[np.float64]) -> tuple[IntentScore, ...]:
        """Return the likeliest intents, best first, from the chances of all names: (names,)."""
        sums = np.bincount(self._owners, weights=chances, minlength=len(self.bases))
        return rank(self.bases, sums.astype(np.float64))

    def rank_blindly(self) -> tuple[IntentScore, ...]:
        """Return what is known of a text that says nothing: also an intent of many keys is one of many."""
        return rank(self.bases, np.full(len(self.bases), 1 / max(len(self.bases), 1)))

    def select(self, chances: NDArray[np.float64]) -> JsonObject:
        """Return Rasa's `response_selector`: an entry for each retrieval intent, without what it says.

        `default` is over the keys of all of them, as of a ResponseSelector without `retrieval_intent`.
        """
        every = np.concatenate([self._columns[base] for base in self.retrieval])
        entries = {DEFAULT: every} | self._columns
        selected = {name: _select(*self._get_shares(each, chances)) for name, each in entries.items()}
        return {"all_retrieval_intents": list(self.retrieval), **selected}

    def _get_shares(
        self, columns: NDArray[np.int64], chances: NDArray[np.float64]
    ) -> tuple[list[str], NDArray[np.float64]]:
        total = chances[columns].sum() or 1.0
        return [self._names[column] for column in columns], chances[columns] / total


def fold_keys(names: Sequence[str]) -> KeyFolder | None:
    """Return a folder for a head's names; None where none of them has a key."""
    return KeyFolder(names) if any("/" in name for name in names) else None


def _select(names: list[str], shares: NDArray[np.float64]) -> JsonObject:
    ranking = rank(names, shares)[:RANKING_LENGTH]
    best = ranking[0]
    return {
        "response": {
            "intent_response_key": best.name,
            "utter_action": f"utter_{best.name}",
            "confidence": best.confidence,
        },
        "ranking": [{"intent_response_key": each.name, "confidence": each.confidence} for each in ranking],
    }
