"""An engine on a server that answers as Rasa does, and its contact; `tests/rasa/engine` asks the real one."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.dialogue.window import Window
from bot.domain.engine_spec import EngineSpec
from bot.domain.message import Author, Content, Kind, Message
from bot.domain.understanding import IntentScore, Triage, Understanding
from bot.engines.engine import Turn
from bot.engines.rasa.client import RasaClient
from bot.engines.rasa.engine import Parts, RasaEngine
from tests.fakes.rasa import TOKEN, FakeRasa
from tests.fakes.serving import serve

if TYPE_CHECKING:
    from contextlib import AsyncExitStack

    from bot.dialogue.catalogue import Catalogue
    from bot.domain.json import JsonObject
    from bot.engines.at_once import AtOnce
    from bot.engines.engine import TurnResult
    from bot.engines.steering import Order

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CROWDED = 60  # events that a Rasa of ours may remember of a conversation


class OurTriage:
    """Judges every text alike."""

    async def parse(self, text: str) -> Understanding:
        score = IntentScore(name="ours", confidence=1.0)
        return Understanding(text=text, intent=score, language="en", triage=Triage(complaint=0.8))

    async def close(self) -> None:
        """Nothing to release."""


class Nowhere:
    """Stands where a Rasa that was started here runs."""

    async def close(self) -> None:
        """Nothing to stop."""


class Contact:
    """Somebody who talks with an engine, or steers it; the tracker goes through JSON, as in the database."""

    def __init__(self, engine: RasaEngine, sender: str = "rest:open:anna") -> None:
        self.engine, self.sender = engine, sender
        self.tracker: JsonObject | None = None
        self.results: list[TurnResult] = []

    async def say(self, *texts: str, first_id: int | None = None, **changes: Any) -> list[str]:
        start = first_id or 1 + sum(len(result.understandings) for result in self.results)
        messages = tuple(make_message(start + number, text) for number, text in enumerate(texts))
        return await self.turn(replace(self.blank(), messages=messages, **changes))

    async def say_in_vain(self, text: str, *, first_id: int) -> list[str]:
        """Say something to a process that dies, or gives up, before it could commit what became of it."""
        before = self.tracker
        told = await self.say(text, first_id=first_id)
        self.tracker = before
        return told

    async def turn(self, turn: Turn) -> list[str]:
        result = await self.engine.respond(turn)
        self.tracker = json.loads(json.dumps(result.tracker))
        self.results.append(result)
        return [content.text for content in result.replies]

    async def steer(self, order: Order) -> TurnResult:
        result = await self.engine.steer(self.blank(), order)
        self.tracker = json.loads(json.dumps(result.tracker))
        return result

    def blank(self) -> Turn:
        return Turn(sender_id=self.sender, channel="rest", messages=(), tracker=self.tracker, now=NOW)


def make_message(number: int, text: str) -> Message:
    return Message(
        id=number,
        conversation_id=1,
        seq=number,
        author=Author.CONTACT,
        kind=Kind.TEXT if text else Kind.MEDIA,
        content=Content(text=text),
        created_at=NOW,
    )


async def open_engine(
    rasa: FakeRasa,
    catalogue: Catalogue,
    stack: AsyncExitStack,
    *,
    ours: bool = True,
    at_once: AtOnce | None = None,
    **spec: Any,
) -> RasaEngine:
    """Return an engine on a Rasa that was started here (`ours`), or on somebody else's."""
    url, _ = await stack.enter_async_context(serve(rasa.app()))
    engine = make_engine(url, catalogue, ours=ours, at_once=at_once, **spec)
    stack.push_async_callback(engine.close)
    return engine


def make_engine(
    url: str, catalogue: Catalogue, *, ours: bool = True, at_once: AtOnce | None = None, **spec: Any
) -> RasaEngine:
    """Return an engine on the Rasa at `url`."""
    chosen = EngineSpec(**{"name": "rasa", "token": TOKEN, "answer_limit": timedelta(seconds=3), **spec})
    return RasaEngine(
        Parts(
            client=RasaClient(chosen, url, channel="visavis" if ours else "rest"),
            catalogue=catalogue,
            window=Window(actions=3, visible=3),
            patience=timedelta(seconds=1),
            most_events=CROWDED,
            house=Nowhere() if ours else None,
            interpreter=OurTriage(),
            at_once=at_once,
        )
    )
