"""The native engine."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Protocol

from bot.dialogue.intent_message import parse_intent_message
from bot.dialogue.scene import Scene
from bot.dialogue.tracker_json import tracker_from_json, tracker_to_json
from bot.dialogue.window import trim
from bot.engines.engine import TurnResult
from bot.engines.native.turn import Stage, TurnRun
from bot.engines.native.utterances import utterances

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.dialogue.dialogue import Dialogue
    from bot.dialogue.spec import Variation
    from bot.domain.understanding import Understanding
    from bot.engines.engine import Turn
    from bot.engines.native.actions import ActionRunner


class Interpreter(Protocol):
    """Understands texts."""

    async def parse(self, text: str) -> Understanding:
        """Understand one text."""
        ...

    async def close(self) -> None:
        """Release threads."""
        ...


class NativeEngine:
    """An `Engine`. It holds no conversations: they live in the trackers it hands out."""

    def __init__(
        self,
        *,
        dialogue: Dialogue,
        interpreter: Interpreter,
        actions: ActionRunner,
        choose: Callable[[Sequence[Variation]], Variation] = random.choice,
    ) -> None:
        """Hold the parts. `choose` picks one of several suitable variations of a response."""
        self._dialogue = dialogue
        self._interpreter = interpreter
        self._actions = actions
        self._choose = choose

    async def respond(self, turn: Turn) -> TurnResult:
        """Answer one turn. Raises `EngineError` when the stored tracker is not one."""
        catalogue = self._dialogue.catalogue
        scene = Scene(catalogue=catalogue, channel=turn.channel, choose=self._choose)
        stage = Stage(
            dialogue=self._dialogue,
            scene=scene,
            actions=self._actions,
            sender_id=turn.sender_id,
            now=turn.now,
        )
        run = TurnRun(stage, tracker_from_json(turn.tracker, catalogue))
        understandings: list[Understanding | None] = [None] * len(turn.messages)
        if turn.resumed:
            run.resume()
        for utterance in utterances(turn.messages, catalogue):
            understanding = utterance.understanding
            known_by = utterance.known_by
            if understanding is None:
                understanding = await self._interpreter.parse(utterance.text)
                understandings[known_by] = understanding
            metadata = {**turn.metadata, **turn.messages[known_by].metadata}
            await run.hear(understanding, str(turn.messages[known_by].id), metadata)
        if turn.trigger:
            await run.trigger(turn.trigger)
        return TurnResult(
            tracker=tracker_to_json(trim(run.tracker, self._dialogue.window)),
            events=tuple(run.events),
            replies=tuple(run.replies),
            handoff=run.handoff,
            understandings=tuple(understandings),
        )

    async def parse(self, text: str) -> Understanding:
        """Understand one text. `/intent{…}` is read as in a conversation."""
        return parse_intent_message(text, self._dialogue.catalogue) or await self._interpreter.parse(text)

    async def close(self) -> None:
        """Release the interpreter's threads."""
        await self._interpreter.close()
