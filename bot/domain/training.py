"""A run of training, as every machine sees it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class TrainingState(StrEnum):
    """How far it came. `LOST`: the machine that trained fell silent."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """`done` of `total` steps of `stage` (`encode`, `validate`, `fit`; empty: not begun).

    `model_id` is set when it is done; `problems` says in sentences why it failed; `stop` tells that
    somebody asked for its end.
    """

    id: int
    state: TrainingState
    started_at: datetime
    started_by: str
    stage: str = ""
    done: int = 0
    total: int = 0
    stop: bool = False
    ended_at: datetime | None = None
    model_id: int | None = None
    problems: tuple[str, ...] = ()
