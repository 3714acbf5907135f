"""How well a model notices that a text means none of its intents. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.nlu.trials import sort_by_confidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bot.nlu.trials import Trial

IN_SCOPE_REJECTED = 0.05
"""How many texts of the model's own intents one may refuse, where `recall` is measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfScope:
    """`refused` is the share of these texts that the project's thresholds refuse.

    `auroc` and `recall` look at `in_scope` alone: the chance that a text of an intent has more of it than one
    of none, and the share of the latter below the threshold that refuses 5 % of the former. Both are None
    where there is no text in scope. `answered` are the texts that would get an answer, the surest first.
    """

    examples: int
    refused: float
    auroc: float | None
    recall: float | None
    answered: tuple[Trial, ...]


def measure_out_of_scope(in_scope: Sequence[Trial], out_of_scope: Sequence[Trial]) -> OutOfScope | None:
    """Return the figures; None where no text is out of scope."""
    if not out_of_scope:
        return None
    inside, outside = _get_scopes(in_scope), _get_scopes(out_of_scope)
    answered = [trial for trial in out_of_scope if not trial.unsure]
    return OutOfScope(
        examples=len(out_of_scope),
        refused=1 - len(answered) / len(out_of_scope),
        auroc=_get_auroc(inside, outside) if len(inside) else None,
        recall=float((outside < np.quantile(inside, IN_SCOPE_REJECTED)).mean()) if len(inside) else None,
        answered=sort_by_confidence(answered),
    )


def _get_auroc(inside: NDArray[np.float64], outside: NDArray[np.float64]) -> float:
    """Return the share of (inside, outside) pairs in the right order; equal ones count half."""
    ordered = np.sort(outside)
    below = np.searchsorted(ordered, inside, side="left")
    equal = np.searchsorted(ordered, inside, side="right") - below
    return float((below + equal / 2).mean() / len(outside))


def _get_scopes(trials: Sequence[Trial]) -> NDArray[np.float64]:
    return np.array([trial.in_scope for trial in trials], dtype=np.float64)
