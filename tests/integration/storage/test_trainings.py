from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.domain.training import TrainingState
from bot.storage import trainings

if TYPE_CHECKING:
    from bot.storage.database import Database

SOON, LONG = timedelta(seconds=0), timedelta(minutes=1)


async def test_one_training_runs_at_a_time_and_ends_once(database: Database) -> None:
    async with database.begin() as connection:
        first = await trainings.start_training(connection, started_by="Tess", silence=LONG)
    assert first is not None
    async with database.begin() as connection:
        assert await trainings.start_training(connection, started_by="Tom", silence=LONG) is None
        assert await trainings.beat(connection, first, stage="fit", done=1, total=2)
        await trainings.end_training(connection, first, TrainingState.FAILED, problems=["a.yml:3: no"])
        await trainings.end_training(connection, first, TrainingState.DONE)
        assert not await trainings.beat(connection, first, stage="fit", done=2, total=2)
        last = await trainings.get_last_training(connection, silence=LONG)
    assert last is not None
    assert (last.state, last.problems, last.stage) == (TrainingState.FAILED, ("a.yml:3: no",), "fit")
    assert last.ended_at is not None
    async with database.begin() as connection:
        assert await trainings.start_training(connection, started_by="Tom", silence=LONG)


async def test_a_silent_training_reads_as_lost_and_lets_the_next_begin(database: Database) -> None:
    async with database.begin() as connection:
        first = await trainings.start_training(connection, started_by="Tess", silence=LONG)
    assert first is not None
    async with database.begin() as connection:
        silent = await trainings.get_last_training(connection, silence=SOON)
        assert silent is not None
        assert silent.state is TrainingState.LOST
        second = await trainings.start_training(connection, started_by="Tom", silence=SOON)
        assert second not in (None, first)
        assert not await trainings.beat(connection, first, stage="fit", done=1, total=2)


async def test_a_training_learns_that_it_should_stop(database: Database) -> None:
    async with database.begin() as connection:
        assert await trainings.ask_to_stop(connection) is None
        first = await trainings.start_training(connection, started_by="Tess", silence=LONG)
        assert first is not None
        assert await trainings.ask_to_stop(connection) == first
        assert not await trainings.beat(connection, first, stage="encode", done=1, total=2)
