"""An engine whose answers are plain to see, for tests of the road around it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.domain.handoff import HandoffRequest
from bot.domain.message import Content
from bot.domain.understanding import IntentScore, Understanding
from bot.engines.engine import Turn, TurnResult
from bot.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.domain.json import JsonObject


@dataclass
class PlainEngine:
    """Says back what it hears, counts turns in its tracker, hands "person" to a person and says so.

    "vague" does not say so, "quiet" says nothing, "slow" takes half a second, "fail" raises, "huh" is
    not understood, "remind" sets a reminder for a minute later, "my order" makes it ask for a number, as a
    form does. `before` runs within a turn: the place
    where tests let the world change or the worker die.
    """

    before: Callable[[Turn], object] | None = None
    heard: list[str] = field(default_factory=list)

    async def respond(self, turn: Turn) -> TurnResult:
        said = "\n".join(message.content.text for message in turn.messages)
        text = turn.trigger.text if turn.trigger else said
        self.heard.append(text)
        if self.before:
            outcome = self.before(turn)
            if asyncio.iscoroutine(outcome):
                await outcome
        if "fail" in text:
            raise EngineError("told to fail")
        if "slow" in text:
            await asyncio.sleep(0.5)
        count = int(str((turn.tracker or {}).get("turns", 0))) + 1
        handoff = HandoffRequest(reason="asked_for_person", queue="support") if "person" in text else None
        events: list[JsonObject] = [{"event": "user", "text": text}]
        replies = (Content(text=f"{count}: {text}"),) if "quiet" not in text else ()
        if replies and (handoff or "promise" in text) and "vague" not in text:
            events.append({"event": "bot", "text": text, "metadata": {"utter_action": "utter_handoff"}})
        if "my order" in text:
            events.append({"event": "slot", "name": "requested_slot", "value": "order_number"})
        if "remind" in text and turn.trigger is None:
            due_at = (turn.now + timedelta(minutes=1)).isoformat()
            events.append({"event": "reminder", "intent": "call_back", "date_time": due_at, "name": "r"})
        return TurnResult(
            tracker={"turns": count},
            events=tuple(events),
            replies=replies,
            handoff=handoff,
            understandings=tuple(self._understand(message.content.text) for message in turn.messages),
        )

    async def parse(self, text: str) -> Understanding:
        return self._understand(text)

    async def close(self) -> None:
        """Nothing to release."""

    def _understand(self, text: str) -> Understanding:
        score = IntentScore(name="nlu_fallback" if "huh" in text else "echo", confidence=0.5)
        return Understanding(text=text, intent=score, ranking=(score,), fallback="huh" in text)
