"""Trainings: at most one runs, over all machines; it proves with a heartbeat that it still does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.domain.training import Training, TrainingState
from bot.storage.tables import training

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from bot.storage.connection import AsyncConnection
    from bot.storage.rows import AnyRow

_RUNNING = training.c.state == TrainingState.RUNNING.value


async def start_training(connection: AsyncConnection, *, started_by: str, silence: timedelta) -> int | None:
    """Begin a training; returns its id, or None when one runs already.

    One that was not heard of for `silence` is lost: its machine died.
    """
    lost = update(training).where(_RUNNING, training.c.seen_at < func.now() - silence)
    await connection.execute(lost.values(state=TrainingState.LOST.value, ended_at=func.now()))
    begun = insert(training).values(started_by=started_by).on_conflict_do_nothing()
    made = (await connection.execute(begun.returning(training.c.id))).scalar_one_or_none()
    return None if made is None else int(made)


async def beat(connection: AsyncConnection, training_id: int, *, stage: str, done: int, total: int) -> bool:
    """Say that a training goes on, and how far it is; returns False when it should end."""
    statement = (
        update(training)
        .where(training.c.id == training_id, _RUNNING)
        .values(stage=stage, done=done, total=total, seen_at=func.now())
        .returning(training.c.stop)
    )
    stop = (await connection.execute(statement)).scalar_one_or_none()
    return stop is False


async def ask_to_stop(connection: AsyncConnection) -> int | None:
    """Ask the training that runs to end; returns its id, or None when there is none."""
    statement = update(training).where(_RUNNING).values(stop=True).returning(training.c.id)
    asked = (await connection.execute(statement)).scalar_one_or_none()
    return None if asked is None else int(asked)


async def end_training(
    connection: AsyncConnection,
    training_id: int,
    state: TrainingState,
    *,
    model_id: int | None = None,
    problems: Sequence[str] = (),
) -> None:
    """Write down how a training ended, unless it was given up for lost before."""
    statement = update(training).where(training.c.id == training_id, _RUNNING)
    values = {"state": state.value, "model_id": model_id, "problems": list(problems)}
    await connection.execute(statement.values(values | {"ended_at": func.now()}))


async def get_last_training(connection: AsyncConnection, *, silence: timedelta) -> Training | None:
    """Return the newest training, or None. One that fell silent reads as lost."""
    silent = (training.c.seen_at < func.now() - silence).label("silent")
    statement = select(training, silent).order_by(training.c.id.desc()).limit(1)
    row = (await connection.execute(statement)).one_or_none()
    return _to_training(row) if row else None


def _to_training(row: AnyRow) -> Training:
    state = TrainingState(row.state)
    return Training(
        id=row.id,
        state=TrainingState.LOST if state is TrainingState.RUNNING and row.silent else state,
        started_at=row.started_at,
        started_by=row.started_by,
        stage=row.stage,
        done=row.done,
        total=row.total,
        stop=row.stop,
        ended_at=row.ended_at,
        model_id=row.model_id,
        problems=tuple(row.problems),
    )
