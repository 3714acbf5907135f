"""What a turn costs is counted in calls, so that it does not depend on the machine."""

from __future__ import annotations

import itertools
import json
import random
import sys
from typing import TYPE_CHECKING

import pytest

from bot.dialogue.dialogue import compile_dialogue
from bot.engines.native.engine import NativeEngine
from bot.rasa_format.project import load_project
from tests.bench.dialogue import ROOT, Conversation, Idle, NotAsked, list_texts
from tests.bench.dialogue_projects import generate

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from bot.dialogue.spec import DialogueSpec

_ROUND = 40  # messages that are said again and again
_YOUNG, _OLD = 500, 3_000  # events


def load_demo() -> DialogueSpec:
    return load_project(ROOT, {}).dialogue


def make_project() -> DialogueSpec:
    return generate(rules=100, slots=20)


async def count_calls(conversation: Conversation, texts: list[str]) -> int:
    """Return how many functions are called in one round."""
    calls = itertools.count()

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        if event in {"call", "c_call"}:
            next(calls)

    for text in texts:
        sys.setprofile(note)
        try:
            await conversation.say(text)
        finally:
            sys.setprofile(None)
    return next(calls)


@pytest.mark.parametrize("load", [load_demo, make_project])
async def test_a_turn_costs_the_same_however_long_the_conversation_is(
    load: Callable[[], DialogueSpec],
) -> None:
    spec = load()
    dialogue = compile_dialogue(spec)
    engine = NativeEngine(dialogue=dialogue, interpreter=NotAsked(), actions=Idle())
    conversation = Conversation(engine, dialogue.catalogue)
    chance = random.Random(0)  # noqa: S311 - the same messages each time
    texts = [chance.choice(list_texts(spec, chance)) for _ in range(_ROUND)]
    costs, sizes = [], []
    for age in (_YOUNG, _OLD):
        while conversation.events < age:
            for text in texts:
                await conversation.say(text)
        costs.append(await count_calls(conversation, texts))
        sizes.append(len(json.dumps(conversation.tracker)))
    assert costs[1] == pytest.approx(costs[0], rel=0.01)
    assert sizes[1] == pytest.approx(sizes[0], rel=0.02)  # times and numbers have more digits, or fewer
