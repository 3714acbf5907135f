"""A person is promised in the turn that asks for one, whatever else that turn said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.desk.promise import PROMISE
from bot.domain.conversation import Status
from bot.domain.message import Author
from bot.engines.native.engine import NativeEngine
from bot.plugins import load_actions
from bot.rasa_format.project import load_project
from bot.service.answer import answer
from bot.service.receive import receive
from bot.service.road import Road
from bot.storage import conversations, handoffs, messages
from tests.conversations.talk import Words, build_engine
from tests.fakes.engine import PlainEngine
from tests.integration.service.events import says
from tests.unit.dialogue.specs import RULES, action, intent, rule, spec

ROOT = Path(__file__).parents[3]
INTENTS = {"it arrived broken": "complaint_broken_item"}


class _Broken:
    """Stands in for an action that raises."""

    async def run(self, *_: object) -> list[dict[str, Any]]:
        raise RuntimeError("the ticket system is away")


@pytest.fixture(scope="module")
def broken_demo() -> NativeEngine:
    """The demo brand on a day on which `action_handoff` fails."""
    actions = {**load_actions(ROOT), "action_handoff": _Broken()}
    return build_engine(load_project(ROOT, {}).dialogue, actions=actions, words=Words(INTENTS))


async def _said(road: Road, conversation_id: int) -> list[str]:
    async with road.database.read() as connection:
        found = await conversations.get_conversation(connection, conversation_id)
        stored = await messages.list_messages(connection, conversation_id)
    assert found is not None
    assert found.status is Status.QUEUED
    return [message.content.text for message in stored if message.author is Author.BOT]


@pytest.mark.parametrize("texts", [("it arrived broken",), ("/greet", "/complaint_broken_item")])
async def test_an_action_that_breaks_after_a_word_is_still_a_promise(
    road: Road, broken_demo: NativeEngine, texts: tuple[str, ...]
) -> None:
    received, *_ = [await receive(road, says(text)) for text in texts]
    assert received.conversation_id is not None
    await answer(road, broken_demo, received.conversation_id)
    said = await _said(road, received.conversation_id)
    assert len(said) == len(texts) + 1  # the greeting, the apology and then:
    assert said[-1] == PROMISE


async def test_words_that_promise_nothing_are_followed_by_a_promise(road: Road) -> None:
    received = await receive(road, says("a person, said in vague words"))
    assert received.conversation_id is not None
    await answer(road, PlainEngine(), received.conversation_id)
    assert (await _said(road, received.conversation_id))[1:] == [PROMISE]


async def test_a_promise_is_made_once(road: Road) -> None:
    received = await receive(road, says("a person please"))
    assert received.conversation_id is not None
    await answer(road, PlainEngine(), received.conversation_id)
    assert await _said(road, received.conversation_id) == ["1: a person please"]


class _Silent:
    """An action of a project that knows no handoff of ours: it pauses the bot, as Rasa has it."""

    async def run(self, *_: object) -> list[dict[str, Any]]:
        return [{"event": "pause"}]


async def test_bot_that_an_action_pauses_is_not_silent_for_ever(road: Road) -> None:
    rules = (*RULES, rule("person", intent("yes"), action("action_x")))
    engine = build_engine(spec(rules=rules, actions=("action_x",)), actions={"action_x": _Silent()})
    received = await receive(road, says("/yes"))
    assert received.conversation_id is not None
    await answer(road, engine, received.conversation_id)
    assert await _said(road, received.conversation_id) == [PROMISE]
    async with road.database.read() as connection:
        (handoff,) = await handoffs.list_handoffs(connection, received.conversation_id)
    assert handoff.reason == "bot_paused"
