"""Train: make a model of the project as it is now, while the one in service goes on answering.

The work is done by another process; this follows it, keeps its progress where every machine sees
it, and stores what comes out. One training at a time, over all machines.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import structlog

from bot.domain.training import Training, TrainingState
from bot.errors import Conflict, StorageUnavailable, VisavisError
from bot.nlu.archive import read_archive
from bot.nlu.progress import Progress
from bot.rasa_format.check import check_project
from bot.rasa_format.problem import Severity
from bot.storage import models, trainings

if TYPE_CHECKING:
    from bot.domain.staff import Staff
    from bot.service.road import Road

log = structlog.get_logger(__name__)

TrainInto = Callable[[Path, Callable[[Progress], None]], Awaitable[object]]
"""Trains on the project and writes the archive to a path; raises `VisavisError`; can be cancelled."""

SILENCE = timedelta(seconds=20)  # after which a training without a heartbeat is taken for lost
BEAT = timedelta(seconds=1)
_MOST_PROBLEMS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Classroom:
    """Where training happens: the project, what its `${VAR}` mean, and what trains on it."""

    root: Path
    environment: Mapping[str, str]
    train: TrainInto


class Trainer:
    """Runs trainings in this process's name. One per process; `close` ends the one under way."""

    def __init__(self, road: Road, classroom: Classroom) -> None:
        self._road = road
        self._classroom = classroom
        self._step = Progress(stage="", done=0, total=0)
        self._task: asyncio.Task[None] | None = None

    async def start(self, staff: Staff) -> int:
        """Begin a training; returns its id. Raises `Conflict` when one runs, here or elsewhere."""
        async with self._road.database.begin() as connection:
            training_id = await trainings.start_training(connection, started_by=staff.name, silence=SILENCE)
        if training_id is None:
            raise Conflict("A training is under way already. Wait for it, or stop it.")
        self._step = Progress(stage="", done=0, total=0)
        self._task = asyncio.create_task(self._run(training_id, staff), name=f"training {training_id}")
        await self._publish(training_id)
        return training_id

    async def stop(self) -> None:
        """Ask the training that runs, on whichever machine, to end without a model."""
        async with self._road.database.begin() as connection:
            training_id = await trainings.ask_to_stop(connection)
        if training_id is not None:
            await self._publish(training_id)

    async def get_last(self) -> Training | None:
        """Return the training that runs, or else the last that ran."""
        async with self._road.database.read() as connection:
            return await trainings.get_last_training(connection, silence=SILENCE)

    async def wait(self) -> None:
        """Return when this process trains no more."""
        if self._task is not None:
            await asyncio.wait({self._task})

    async def close(self) -> None:
        """End the training under way."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self, training_id: int, staff: Staff) -> None:
        try:
            with TemporaryDirectory(prefix="visavis-") as folder:
                out = Path(folder) / "model.tar.gz"
                started = time.monotonic()
                ended = await self._follow(training_id, out)
                seconds = round(time.monotonic() - started, 3)
                model_id = None
                if ended is TrainingState.DONE:
                    model_id = await self._store(out, staff, seconds=seconds)
            await self._end(training_id, ended, model_id=model_id)
        except asyncio.CancelledError:
            with suppress(StorageUnavailable):
                await self._end(training_id, TrainingState.STOPPED)
            raise
        except VisavisError as error:
            await self._fail(training_id, error)
        except Exception:  # whatever it was, trainers must not watch a bar that stands still
            log.exception("Training broke", training_id=training_id)
            await self._end(training_id, TrainingState.FAILED, problems=("It was written into the log.",))

    async def _follow(self, training_id: int, out: Path) -> TrainingState:
        work = asyncio.ensure_future(self._classroom.train(out, self._note))
        try:
            while not (await asyncio.wait({work}, timeout=BEAT.total_seconds()))[0]:
                if not await self._beat(training_id):
                    return TrainingState.STOPPED
            await work
        finally:
            work.cancel()
            await asyncio.wait({work})
        return TrainingState.DONE

    def _note(self, step: Progress) -> None:
        self._step = step

    async def _beat(self, training_id: int) -> bool:
        step = self._step
        try:
            async with self._road.database.begin() as connection:
                goes_on = await trainings.beat(
                    connection, training_id, stage=step.stage, done=step.done, total=step.total
                )
        except StorageUnavailable:
            return True  # the work is worth more than a heartbeat
        await self._publish(training_id)
        return goes_on

    async def _store(self, out: Path, staff: Staff, *, seconds: float) -> int:
        content = await asyncio.to_thread(out.read_bytes)
        archive = await asyncio.to_thread(read_archive, content)
        metrics = archive.metadata.get("metrics")
        async with self._road.database.begin() as connection:
            return await models.add_model(
                connection,
                content,
                digest=archive.digest,
                data_digest=str(archive.metadata.get("data_digest", "")),
                metrics={**(metrics if isinstance(metrics, dict) else {}), "seconds": seconds},
                created_by=staff.name,
            )

    async def _fail(self, training_id: int, error: VisavisError) -> None:
        room = self._classroom
        found = await asyncio.to_thread(check_project, room.root, room.environment)
        problems = [each.show() for each in found if each.severity is Severity.ERROR][:_MOST_PROBLEMS]
        log.warning("Training failed", training_id=training_id, reason=str(error))
        await self._end(training_id, TrainingState.FAILED, problems=tuple(problems) or (str(error),))

    async def _end(
        self,
        training_id: int,
        state: TrainingState,
        *,
        model_id: int | None = None,
        problems: tuple[str, ...] = (),
    ) -> None:
        async with self._road.database.begin() as connection:
            await trainings.end_training(connection, training_id, state, model_id=model_id, problems=problems)
        await self._publish(training_id)

    async def _publish(self, training_id: int) -> None:
        await self._road.bus.live.publish("training", None, training_id=training_id)
