"""The engine in service: another one may take its place while turns run, and no turn is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.domain.understanding import Understanding
from bot.engines.engine import Engine, Turn, TurnResult
from bot.engines.steering import Steerable
from bot.errors import ModelMissing, NotOffered


@dataclass(slots=True)
class _Serving:
    engine: Engine
    digest: str
    turns: int = field(default=0)


class ServingEngine:
    """Passes turns on to the engine in service. The one before is closed after its last turn."""

    def __init__(self) -> None:
        self._serving: _Serving | None = None

    @property
    def digest(self) -> str | None:
        """The digest of the model in service, None before the first."""
        return self._serving.digest if self._serving else None

    async def switch(self, engine: Engine, *, digest: str) -> None:
        """Let `engine` answer from now on. It belongs to this one now and will be closed by it."""
        before, self._serving = self._serving, _Serving(engine, digest)
        if before is not None and before.turns == 0:
            await before.engine.close()

    async def respond(self, turn: Turn) -> TurnResult:
        """Answer one turn. Raises `EngineError`, or `ModelMissing` when nothing is in service yet."""
        async with self._use() as engine:
            return await engine.respond(turn)

    async def parse(self, text: str) -> Understanding:
        """Understand one text. Raises `ModelMissing` when nothing is in service yet."""
        async with self._use() as engine:
            return await engine.parse(text)

    @asynccontextmanager
    async def steered(self) -> AsyncIterator[Steerable]:
        """Lend the engine in service to a program that steers it: one model for all it asks.

        Raises `ModelMissing` when nothing is in service yet, `NotOffered` where it cannot be steered.
        """
        async with self._use() as engine:
            if not isinstance(engine, Steerable):
                raise NotOffered(f"{type(engine).__name__} cannot do this; the native engine can")
            yield engine

    async def close(self) -> None:
        """Close the engine in service."""
        before, self._serving = self._serving, None
        if before is not None and before.turns == 0:
            await before.engine.close()

    @asynccontextmanager
    async def _use(self) -> AsyncIterator[Engine]:
        serving = self._serving
        if serving is None:
            raise ModelMissing("no model is in service: run `visavis train --release`")
        serving.turns += 1
        try:
            yield serving.engine
        finally:
            serving.turns -= 1
            if serving is not self._serving and serving.turns == 0:
                await serving.engine.close()
