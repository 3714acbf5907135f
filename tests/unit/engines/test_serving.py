from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from bot.domain.understanding import Understanding
from bot.engines.engine import Turn, TurnResult
from bot.engines.serving import ServingEngine
from bot.errors import ModelMissing

TURN = Turn(sender_id="a", channel="rest", messages=(), tracker=None, now=datetime(2026, 1, 1, tzinfo=UTC))


class Named:
    """Answers with its name in the tracker, when told to."""

    def __init__(self, name: str) -> None:
        self.name, self.go, self.closed = name, asyncio.Event(), False

    async def respond(self, _turn: Turn) -> TurnResult:
        await self.go.wait()
        assert not self.closed
        return TurnResult(tracker={"by": self.name}, events=(), replies=())

    async def parse(self, text: str) -> Understanding:
        return Understanding(text=f"{self.name} {text}", intent=None)

    async def close(self) -> None:
        self.closed = True


async def test_turn_is_answered_by_the_engine_it_began_with() -> None:
    serving, old, new = ServingEngine(), Named("old"), Named("new")
    await serving.switch(old, digest="1")
    running = asyncio.create_task(serving.respond(TURN))
    await asyncio.sleep(0)
    await serving.switch(new, digest="2")
    new.go.set()
    assert (await serving.respond(TURN)).tracker == {"by": "new"}
    assert (serving.digest, old.closed) == ("2", False)
    old.go.set()
    assert (await running).tracker == {"by": "old"}
    assert old.closed
    assert not new.closed


async def test_idle_engine_is_closed_at_once_when_replaced() -> None:
    serving, old = ServingEngine(), Named("old")
    await serving.switch(old, digest="1")
    await serving.switch(Named("new"), digest="2")
    assert old.closed
    assert (await serving.parse("x")).text == "new x"
    await serving.close()


async def test_without_a_model_it_says_so() -> None:
    serving = ServingEngine()
    assert serving.digest is None
    with pytest.raises(ModelMissing):
        await serving.parse("x")
