"""What dialogue costs: a turn whose message is understood already, in the demo brand and in a big project.

    python -m tests.bench.dialogue [--json FILE]

A turn is all that the native engine does between the stored tracker and the next one: reading it,
filling slots, predicting and acting until the bot listens, and writing it. Dialogue is the turn
without reading and writing. The project's own actions answer at once, with nothing. The curve says
what a turn costs when the conversation is so many events old.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from bot.dialogue.calls import Outcome
from bot.dialogue.dialogue import compile_dialogue
from bot.dialogue.events import UserReverted
from bot.dialogue.tracker_json import tracker_from_json, tracker_to_json
from bot.domain.message import Author, Content, Kind, Message
from bot.domain.understanding import Understanding
from bot.engines.engine import Turn
from bot.engines.native.engine import NativeEngine
from bot.rasa_format.project import load_project
from tests.bench.dialogue_projects import generate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.dialogue.catalogue import Catalogue
    from bot.dialogue.spec import DialogueSpec
    from bot.domain.json import JsonObject
    from bot.engines.native.actions import Errand

ROOT = Path(__file__).parents[2]
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
CONVERSATIONS, TURNS = 20, 50
CURVE = (10, 100, 1_000, 10_000)  # events
_WIDTH = 110  # of the table in a file or a pipe, which have none of their own
GOALS = {"demo": 0.3, "generated": 1.0}  # milliseconds a turn


class NotAsked:
    """An interpreter for conversations in which everything is understood already."""

    async def parse(self, text: str) -> Understanding:
        """Understand nothing."""
        return Understanding(text=text, intent=None)

    async def close(self) -> None:
        """Release nothing."""


class Idle:
    """Actions that do nothing. A fallback takes the message back, or it would be tried without end."""

    names = frozenset[str]()

    async def run(self, errand: Errand) -> Outcome:
        """Return nothing."""
        return Outcome(events=(UserReverted(),) if errand.call.name.endswith("fallback") else ())

    async def close(self) -> None:
        """Release nothing."""


class Conversation:
    """One conversation with an engine; every turn comes ten seconds after the one before."""

    def __init__(self, engine: NativeEngine, catalogue: Catalogue) -> None:
        """Begin."""
        self._engine = engine
        self._catalogue = catalogue
        self._given_up = False
        self.tracker: JsonObject | None = None
        self._now = START
        self.events = 0

    async def say(self, text: str) -> tuple[float, float]:
        """Take one turn; return what it and its dialogue alone cost in milliseconds of this process."""
        self._now += timedelta(seconds=10)
        message = Message(
            id=1,
            conversation_id=1,
            seq=1,
            author=Author.CONTACT,
            kind=Kind.TEXT,
            content=Content(text=text),
            created_at=self._now,
        )
        turn = Turn(
            sender_id="a",
            channel="rest",
            messages=(message,),
            tracker=self.tracker,
            now=self._now,
            resumed=self._given_up,
        )
        start = time.process_time()
        result = await self._engine.respond(turn)
        spent = (time.process_time() - start) * 1000
        start = time.process_time()
        tracker_to_json(tracker_from_json(self.tracker, self._catalogue))
        storing = (time.process_time() - start) * 1000
        self.events += len(result.events)
        self._given_up = result.handoff is not None
        self.tracker = json.loads(json.dumps(result.tracker))
        return spent, spent - storing


async def measure(spec: DialogueSpec) -> dict[str, Any]:
    """Compile and talk; return milliseconds a turn, and how they grow with the conversation."""
    start = time.process_time()
    dialogue = compile_dialogue(spec)
    compiled = time.process_time() - start
    gc.collect()
    gc.freeze()  # as the service does when it is ready: what a project holds is not looked through again
    engine = NativeEngine(dialogue=dialogue, interpreter=NotAsked(), actions=Idle())
    chance = random.Random(0)  # noqa: S311 - no secret
    texts = list_texts(spec, chance)
    spent = []
    for _ in range(CONVERSATIONS):
        conversation = Conversation(engine, dialogue.catalogue)
        spent += [await conversation.say(chance.choice(texts)) for _ in range(TURNS)]
    return {
        "rules": len(spec.rules),
        "slots": len(spec.domain.slots),
        "compile_seconds": round(compiled, 2),
        "dialogue_ms": _spread([alone for _, alone in spent]),
        "turn_ms": _spread([turn for turn, _ in spent]),
        "curve_ms": await _curve(Conversation(engine, dialogue.catalogue), texts, chance),
    }


def _spread(spent: list[float]) -> dict[str, float]:
    return {"median": _round(median(spent)), "p99": _round(quantiles(spent, n=100)[98])}


async def _curve(conversation: Conversation, texts: Sequence[str], chance: random.Random) -> dict[str, float]:
    """Return the median cost of the turns around each age of one conversation."""
    found = {}
    for age in CURVE:
        while conversation.events < age:
            await conversation.say(chance.choice(texts))
        spent = [await conversation.say(chance.choice(texts)) for _ in range(40)]
        found[str(age)] = _round(median(turn for turn, _ in spent))
    return found


def list_texts(spec: DialogueSpec, chance: random.Random) -> list[str]:
    """Return messages with any intent, every other one with an entity; none that ends the conversation."""
    entities = list(spec.domain.entities)
    ending = {"restart", "back", "session_start", "ask_for_person"}
    texts = []
    for intent in spec.domain.intents:
        if intent not in ending and not intent.startswith(("complaint", "safety", "stop")):
            values = json.dumps({chance.choice(entities): chance.choice(("high", "true", "x", 3))})
            texts += [f"/{intent}", f"/{intent}{values}"]
    return texts


def _round(milliseconds: float) -> float:
    return round(milliseconds, 3)


def main() -> None:
    """Measure, show a table, write JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", type=Path, help="write the figures here, too")
    options = parser.parse_args()
    figures = {
        "demo": asyncio.run(measure(load_project(ROOT, {}).dialogue)),
        "generated": asyncio.run(measure(generate(rules=1_000, slots=200))),
    }
    columns = ("milliseconds", "dialogue, goal", "median", "p99", "turn", *(f"at {age:,}" for age in CURVE))
    table = Table(*columns)
    for name, found in figures.items():
        alone, turn = found["dialogue_ms"], found["turn_ms"]
        cells = (GOALS[name], alone["median"], alone["p99"], turn["median"], *found["curve_ms"].values())
        table.add_row(f"{name}: {found['rules']} rules, {found['slots']} slots", *map(str, cells))
    Console(width=None if sys.stdout.isatty() else _WIDTH).print(table)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
