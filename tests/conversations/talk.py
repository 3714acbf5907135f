"""Talking to a native engine in tests, the tracker going through JSON between turns as in the service."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.dialogue.dialogue import compile_dialogue
from bot.domain.action_spec import ActionsSpec
from bot.domain.message import Author, Content, Kind, Message
from bot.domain.understanding import IntentScore, Understanding
from bot.engines.engine import Turn, TurnResult
from bot.engines.native.actions import LocalActions
from bot.engines.native.engine import NativeEngine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.dialogue.spec import DialogueSpec
    from bot.domain.json import JsonObject
    from bot.engines.at_once import AtOnce

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class Words:
    """Understands texts by a word list: text → intent. Anything else is not understood."""

    intents: Mapping[str, str] = field(default_factory=dict)
    guess: str | None = None
    closed: bool = False

    async def parse(self, text: str) -> Understanding:
        if text in self.intents:
            score = IntentScore(name=self.intents[text], confidence=0.9)
            return Understanding(text=text, intent=score, ranking=(score,))
        score = IntentScore(name="nlu_fallback", confidence=0.4)
        others = (IntentScore(name=self.guess, confidence=0.3),) if self.guess else ()
        return Understanding(text=text, intent=score, ranking=(score, *others), fallback=True)

    async def close(self) -> None:
        self.closed = True


def build_engine(
    spec: DialogueSpec,
    *,
    actions: Mapping[str, Any] | None = None,
    words: Words | None = None,
    limit: timedelta = timedelta(seconds=5),
    at_once: AtOnce | None = None,
) -> NativeEngine:
    """Build an engine that always says the first of several variations."""
    return NativeEngine(
        dialogue=compile_dialogue(spec),
        interpreter=words or Words(),
        actions=LocalActions(actions or {}, ActionsSpec(limit=limit)),
        choose=first,
        at_once=at_once,
    )


def first(variations: Sequence[Any]) -> Any:
    return variations[0]


def message(text: str, *, number: int = 1, kind: Kind = Kind.TEXT) -> Message:
    return Message(
        id=number,
        conversation_id=1,
        seq=number,
        author=Author.CONTACT,
        kind=kind,
        content=Content(text=text),
        created_at=START,
    )


@dataclass
class Talk:
    """One conversation. Every turn comes ten seconds after the one before, unless told otherwise."""

    engine: NativeEngine
    channel: str = "rest"
    tracker: JsonObject | None = None
    now: datetime = START
    last: TurnResult | None = None
    turns: int = 0

    async def say(
        self, *texts: str, resumed: bool = False, after: timedelta = timedelta(seconds=10)
    ) -> list[str]:
        """Say something in one turn; return the texts of the replies."""
        first_number = self.turns * 100
        messages = tuple(message(text, number=first_number + number) for number, text in enumerate(texts))
        result = await self.send(*messages, resumed=resumed, after=after)
        return [reply.text for reply in result.replies]

    async def send(
        self, *messages: Message, resumed: bool = False, after: timedelta = timedelta(seconds=10)
    ) -> TurnResult:
        """Send whole messages in one turn."""
        self.now += after
        self.turns += 1
        turn = Turn(
            sender_id="a",
            channel=self.channel,
            messages=messages,
            tracker=self.tracker,
            now=self.now,
            resumed=resumed,
        )
        self.last = await self.engine.respond(turn)
        self.tracker = json.loads(json.dumps(self.last.tracker))
        return self.last

    def events(self, *kinds: str) -> list[Any]:
        """Return names (or kinds, where there is no name) of the last turn's events."""
        assert self.last is not None
        return [
            event.get("name") or event["event"]
            for event in self.last.events
            if not kinds or event["event"] in kinds
        ]
