"""How far training is. Apart from training itself, so that who only shows it loads no scikit-learn."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """`done` of `total` steps of a stage: `encode` (texts), `validate` (folds), `fit` (heads)."""

    stage: str
    done: int
    total: int
