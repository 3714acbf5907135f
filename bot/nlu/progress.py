"""How far training is. Apart from training itself, so that who only shows it loads no scikit-learn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """`done` of `total` steps of a stage.

    Stages of a training: `recognise` (rounds of the recogniser), `encode` (texts), `validate` (folds),
    `fit` (heads), `triage` (all of it), `examine` (the doctor's detectors). Others: `folds` (trainings of a
    cross-validation), `read` and `read_other` (texts).
    """

    stage: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Stage:
    """Reports the progress of one stage."""

    name: str
    progress: Callable[[Progress], None]

    def __call__(self, done: int, total: int) -> None:
        """Report that `done` of `total` steps are done."""
        self.progress(Progress(stage=self.name, done=done, total=total))
