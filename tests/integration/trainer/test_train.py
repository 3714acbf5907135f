from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from bot.bootstrap.training import train_in_child
from bot.domain.staff import Staff
from bot.domain.training import Training, TrainingState
from bot.errors import Conflict, ModelError
from bot.nlu.progress import Progress
from bot.service.road import Road
from bot.service.train import Classroom, Trainer, TrainInto
from bot.storage import models
from tests.integration.trainer.conftest import Train

if TYPE_CHECKING:
    from pathlib import Path

Report = Callable[[Progress], None]


def make_trainer(road: Road, root: Path, train: TrainInto) -> Trainer:
    return Trainer(road, Classroom(root=root, environment={}, train=train))


async def wait_for_ever(_out: Path, report: Report) -> None:
    report(Progress(stage="validate", done=2, total=5))
    await asyncio.Event().wait()


async def test_training_in_a_process_of_its_own_stores_a_model_and_tells_how_far_it_is(
    road: Road, root: Path, tess: Staff, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VISAVIS_PROJECT", str(root))
    monkeypatch.setenv("VISAVIS_DATA", str(tmp_path / "data"))
    steps: list[Progress] = []

    async def train(out: Path, report: Report) -> None:
        def note(step: Progress) -> None:
            steps.append(step)
            report(step)

        await train_in_child(out, note)

    trainer = make_trainer(road, root, train)
    await trainer.start(tess)
    await trainer.wait()
    training = await trainer.get_last()
    assert training is not None
    assert (training.state, training.started_by, training.problems) == (TrainingState.DONE, "Tess", ())
    assert [step.stage for step in steps if step.done == step.total] == [
        "encode",
        "validate",
        "fit",
        "triage",
        "examine",
    ]
    async with road.database.read() as connection:
        assert training.model_id is not None
        model = await models.get_model(connection, training.model_id)
        assert model is not None
        assert await models.get_release(connection) is None  # a person decides that
    assert (model.created_by, model.metrics["examples"]) == ("Tess", 18)


async def test_a_training_that_fails_names_file_and_line_of_every_error(
    road: Road, root: Path, tess: Staff, train: Train
) -> None:
    (root / "nlu_data/rules.yml").write_text("rules:\n- rule: Broken\n  steps:\n  - intnt: greet\n")

    async def train_here(out: Path, _report: Report) -> None:
        await asyncio.to_thread(train, out)

    trainer = make_trainer(road, root, train_here)
    await trainer.start(tess)
    await trainer.wait()
    training = await trainer.get_last()
    assert training is not None
    assert training.state is TrainingState.FAILED
    assert any(each.startswith("nlu_data/rules.yml:4: error: ") for each in training.problems)


async def test_a_failure_that_is_not_in_the_files_keeps_its_sentence(
    road: Road, root: Path, tess: Staff
) -> None:
    async def refuse(_out: Path, _report: Report) -> None:
        raise ModelError("the disk is full")

    trainer = make_trainer(road, root, refuse)
    await trainer.start(tess)
    await trainer.wait()
    training = await trainer.get_last()
    assert training is not None
    assert training.problems == ("the disk is full",)


async def wait_for_stage(trainer: Trainer, stage: str) -> Training:
    """Return the training once it tells this stage, which it does every second."""
    async with asyncio.timeout(30):
        while True:
            seen = await trainer.get_last()
            if seen is not None and seen.stage == stage:
                return seen
            await asyncio.sleep(0.1)


async def test_one_training_at_a_time_and_any_machine_can_stop_it(
    road: Road, root: Path, tess: Staff, tom: Staff
) -> None:
    here, elsewhere = (make_trainer(road, root, wait_for_ever) for _ in range(2))
    await here.start(tess)
    with pytest.raises(Conflict, match="under way already"):
        await elsewhere.start(tom)
    seen = await wait_for_stage(elsewhere, "validate")
    assert (seen.state, seen.stage, seen.done, seen.total) == (TrainingState.RUNNING, "validate", 2, 5)
    await elsewhere.stop()
    await asyncio.wait_for(here.wait(), 30)
    stopped = await elsewhere.get_last()
    assert stopped is not None
    assert stopped.state is TrainingState.STOPPED


async def test_a_process_that_ends_stops_its_training(road: Road, root: Path, tess: Staff) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def train(out: Path, report: Report) -> None:
        begun.set()
        try:
            await wait_for_ever(out, report)
        finally:
            ended.set()

    trainer = make_trainer(road, root, train)
    await trainer.start(tess)
    await begun.wait()
    await trainer.close()
    training = await trainer.get_last()
    assert training is not None
    assert training.state is TrainingState.STOPPED
    assert ended.is_set()
