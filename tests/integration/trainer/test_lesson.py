"""The trainer's whole way: from a sentence nobody understood to a model that answers it, everywhere."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from structlog.testing import capture_logs
from typing_extensions import override

from bot.bootstrap.lessons import TrainedModel
from bot.bootstrap.serving import EngineBuilder, ReleaseFollower
from bot.bootstrap.stores import Stores
from bot.domain.proposal import ProposalReason
from bot.domain.staff import Staff
from bot.engines.serving import ServingEngine
from bot.errors import ModelDamaged, SettingsError, UnknownModel
from bot.rasa_format.project import load_project
from bot.service.answer import answer
from bot.service.curriculum import Curriculum
from bot.service.decide_proposal import teach
from bot.service.receive import receive
from bot.service.release_model import release_model
from bot.service.road import Road
from bot.storage import messages, models, proposals
from tests.integration.service.events import says
from tests.integration.trainer.conftest import Train, store_model
from tests.integration.trainer.project import DOMAIN, STRANGE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, MutableMapping, Sequence
    from pathlib import Path

PATIENCE = 60  # seconds; a follower looks every 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """What a process that answers has of models."""

    engine: ServingEngine
    follower: ReleaseFollower

    async def serves(self, digest: str) -> None:
        """Return when this process answers with a certain model."""
        async with asyncio.timeout(PATIENCE):
            while self.engine.digest != digest:  # noqa: ASYNC110 - nothing tells when it switches
                await asyncio.sleep(0.05)


@asynccontextmanager
async def process(road: Road, root: Path) -> AsyncIterator[Process]:
    """A process of its own as far as models go: its engine, its follower."""
    stores = Stores(database=road.database, bus=road.bus, embedded=False)
    engine, builder = ServingEngine(), EngineBuilder(load_project(root, {}))
    follower = ReleaseFollower(stores, engine, builder)
    await follower.catch_up()
    following = asyncio.create_task(follower.follow())
    try:
        yield Process(engine=engine, follower=follower)
    finally:
        following.cancel()
        await asyncio.wait({following})
        await engine.close()
        builder.close()


async def said(road: Road, engine: ServingEngine, text: str, sender: str) -> str:
    """Have a customer say something; returns the bot's answer."""
    received = await receive(road, says(text, sender=sender))
    assert received.conversation_id is not None
    await answer(road, engine, received.conversation_id)
    async with road.database.read() as connection:
        return (await messages.list_messages(connection, received.conversation_id))[-1].content.text


async def test_a_sentence_is_taught_released_and_answered_in_every_process(
    road: Road, root: Path, tess: Staff, first_model: TrainedModel, train: Train
) -> None:
    first = first_model
    first_id = await store_model(road, first)
    await release_model(road, first_id, tess)
    async with process(road, root) as here, process(road, root) as elsewhere:
        assert await said(road, here.engine, STRANGE, "ann") == "Please say it in other words."
        async with road.database.read() as connection:
            (proposal,) = await proposals.list_proposals(connection)
        assert (proposal.text, proposal.reason) == (STRANGE, ProposalReason.UNSURE)
        assert proposal.ranking

        await teach(road, Curriculum(root), proposal.id, "track_order", tess)
        second = await asyncio.to_thread(train, root.with_name("second.tar.gz"))
        assert second.digest != first.digest
        second_id = await store_model(road, second)
        await release_model(road, second_id, tess)
        await asyncio.gather(here.serves(second.digest), elsewhere.serves(second.digest))
        for each, sender in ((here, "bob"), (elsewhere, "cid")):
            assert await said(road, each.engine, STRANGE, sender) == "Your parcel is on its way."

        # Taken back, with the event lost: whoever looks finds it.
        await road.bus.redis.flushall()
        async with road.database.begin() as connection:
            await models.add_release(connection, first_id, released_by="Tess")
        await asyncio.gather(here.serves(first.digest), elsewhere.serves(first.digest))
        assert await said(road, elsewhere.engine, STRANGE, "dan") == "Please say it in other words."


class Homeless(EngineBuilder):
    """Finds that real Rasa, which is to answer, is not installed any more."""

    def __init__(self, root: Path) -> None:
        super().__init__(load_project(root, {}))
        self.asked = asyncio.Event()

    @override
    async def build(self, archive: bytes) -> NoReturn:
        self.asked.set()
        raise SettingsError("there is no Rasa")


async def test_a_release_that_cannot_run_here_does_not_end_following(road: Road, root: Path) -> None:
    builder = Homeless(root)
    stores = Stores(database=road.database, bus=road.bus, embedded=False)
    async with road.database.begin() as connection:
        model_id = await models.add_model(
            connection, b"", digest="d" * 64, data_digest="d", metrics={}, created_by="Tess"
        )
        await models.add_release(connection, model_id, released_by="Tess")
    following = asyncio.create_task(ReleaseFollower(stores, ServingEngine(), builder).follow())
    async with asyncio.timeout(PATIENCE):
        await builder.asked.wait()
    done, _ = await asyncio.wait({following}, timeout=0.2)
    following.cancel()
    assert not done


async def test_a_damaged_archive_is_neither_released_nor_put_into_service(
    road: Road, root: Path, tess: Staff, first_model: TrainedModel, train: Train
) -> None:
    good_id = await store_model(road, first_model)
    await release_model(road, good_id, tess)
    async with road.database.begin() as connection:
        content = await models.get_archive(connection, good_id)
        damaged_id = await models.add_model(
            connection,
            content[:-100] + bytes(100),
            digest="d" * 64,
            data_digest="",
            metrics={},
            created_by="Tess",
        )
    with pytest.raises(ModelDamaged):
        await release_model(road, damaged_id, tess)
    async with process(road, root) as here:
        with capture_logs() as logs:
            async with road.database.begin() as connection:  # past the check, as a hand in the database could
                await models.add_release(connection, damaged_id, released_by="a slip")
            await road.bus.live.publish("release", None, digest="d" * 64)
            await tells(logs, "released model cannot be used, the one before goes on")
        with pytest.raises(ModelDamaged):
            await here.follower.catch_up()
        assert here.engine.digest == first_model.digest
        assert await said(road, here.engine, "track my order", "ann") == "Your parcel is on its way."
        # And it goes on following.
        (root / "domain.yml").write_text(DOMAIN.replace("on its way", "nearly there"))
        better = await asyncio.to_thread(train, root.with_name("better.tar.gz"))
        assert better.digest != first_model.digest
        await release_model(road, await store_model(road, better), tess)
        await here.serves(better.digest)


async def tells(logs: Sequence[MutableMapping[str, Any]], sentence: str) -> None:
    """Return when this was logged."""
    async with asyncio.timeout(PATIENCE):
        while not any(line["event"] == sentence for line in logs):  # noqa: ASYNC110 - a list tells nobody
            await asyncio.sleep(0.05)


async def test_releasing_twice_is_one_release(road: Road, tess: Staff, first_model: TrainedModel) -> None:
    model_id = await store_model(road, first_model)
    assert await release_model(road, model_id, tess) == await release_model(road, model_id, tess)
    with pytest.raises(UnknownModel):
        await release_model(road, model_id + 1, tess)
    async with road.database.read() as connection:
        assert [each.released_by for each in await models.list_releases(connection)] == ["Tess"]
