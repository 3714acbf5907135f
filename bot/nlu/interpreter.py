"""One queue in front of the encoder: texts of all conversations that arrive together run together."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from bot.errors import ModelError
from bot.nlu.lasting_threads import LastingExecutor
from bot.nlu.reader import Reader

if TYPE_CHECKING:
    from bot.domain.understanding import Understanding
    from bot.nlu.encoder import Encoder
    from bot.nlu.model import NluModel

    Waiting = tuple[str, asyncio.Future[Understanding]]

MAX_BATCH = 32
"""Texts per run: more would make the first of them wait longer without being cheaper each."""


class Interpreter:
    """Understands texts without blocking the event loop. Lives on the loop that first calls `parse`.

    While a batch runs in the thread (outside the GIL), texts gather; an idle interpreter starts at once.
    There is no cache of results. Building one loads the language's tokenizer (a second for the first of a
    process): do that in a thread.
    """

    def __init__(self, model: NluModel, encoder: Encoder) -> None:
        self._reader = Reader(model, encoder)
        self._executor = LastingExecutor(1)
        self._waiting: deque[Waiting] = deque()
        self._runner: asyncio.Task[None] | None = None
        self._closed = False

    async def parse(self, text: str) -> Understanding:
        """Return what NLU makes of `text`. Raises `ModelError` when closed."""
        if self._closed:
            raise ModelError("this model is no longer in service")
        future: asyncio.Future[Understanding] = asyncio.get_running_loop().create_future()
        self._waiting.append((text, future))
        if self._runner is None or self._runner.done():
            self._runner = asyncio.create_task(self._run(), name="nlu")
        return await future

    async def close(self) -> None:
        """Answer what waits already."""
        self._closed = True
        if self._runner is not None:
            await self._runner
        self._executor.shutdown(wait=False)

    async def _run(self) -> None:
        while batch := self._take_batch():
            error = await self._answer(batch)
            if error is not None:
                await self._answer_each(batch)

    async def _answer_each(self, batch: list[Waiting]) -> None:
        """Try again one by one: a text that fails must not take the others' answers with it."""
        for waiting in batch:
            error = await self._answer([waiting])
            if error is not None:
                _refuse(waiting, error)

    async def _answer(self, batch: list[Waiting]) -> Exception | None:
        """Understand a batch and hand out the results; return what went wrong, if anything did."""
        texts = [text for text, _ in batch]
        loop = asyncio.get_running_loop()
        try:
            read = await loop.run_in_executor(self._executor, self._reader.read, texts)
        except Exception as error:  # noqa: BLE001 - whatever it was, the callers must hear of it
            return error
        for (_, future), understanding in zip(batch, read, strict=True):
            if not future.done():
                future.set_result(understanding)
        return None

    def _take_batch(self) -> list[Waiting]:
        """Take the oldest texts that somebody still waits for."""
        batch: list[Waiting] = []
        while self._waiting and len(batch) < MAX_BATCH:
            text, future = self._waiting.popleft()
            if not future.done():
                batch.append((text, future))
        return batch


def _refuse(waiting: Waiting, error: Exception) -> None:
    _, future = waiting
    if not future.done():
        future.set_exception(error)
