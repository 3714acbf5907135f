"""What trainers are shown is what was not understood: the whole of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.domain.message import Kind
from bot.domain.proposal import Proposal
from bot.engines.native.engine import NativeEngine
from bot.rasa_format.project import load_project
from bot.service.answer import answer
from bot.service.receive import receive
from bot.service.road import Road
from bot.storage import proposals
from tests.conversations.talk import Words, build_engine
from tests.integration.service.events import says


@pytest.fixture(scope="module")
def puzzled() -> NativeEngine:
    """The demo brand, understanding nothing."""
    return build_engine(load_project(Path(__file__).parents[3], {}).dialogue, words=Words(guess="ask_return"))


async def _proposed(road: Road) -> list[Proposal]:
    async with road.database.read() as connection:
        return await proposals.list_proposals(connection)


async def test_a_burst_is_proposed_whole(road: Road, puzzled: NativeEngine) -> None:
    received, _ = [await receive(road, says(text)) for text in ("my amp hums", "any idea?")]
    assert received.conversation_id is not None
    await answer(road, puzzled, received.conversation_id)
    (proposal,) = await _proposed(road)
    assert proposal.text == "my amp hums\nany idea?"
    assert proposal.message_seq == 2


async def test_what_tells_who_somebody_is_is_not_proposed(road: Road, puzzled: NativeEngine) -> None:
    for sender, mail in (("ann", "ann@example.com"), ("bob", "b.lee@example.org")):
        received = await receive(road, says(f"my amp hums, write to {mail}", sender=sender))
        assert received.conversation_id is not None
        await answer(road, puzzled, received.conversation_id)
    (proposal,) = await _proposed(road)
    assert (proposal.text, proposal.times) == ("my amp hums, write to <email>", 2)
    async with road.database.begin() as connection:
        await connection.exec_driver_sql("UPDATE proposal SET text = 'call 0151 2345678'")  # as before
    (proposal,) = await _proposed(road)
    assert proposal.text == "call 0000 0000000"


async def test_what_its_author_takes_back_is_not_proposed_any_more(road: Road, puzzled: NativeEngine) -> None:
    await receive(road, says("my amp hums", event_id="1"))
    received = await receive(road, says("any idea?"))
    assert received.conversation_id is not None
    await answer(road, puzzled, received.conversation_id)
    await receive(road, says("my dog barks", sender="bob"))
    await answer(road, puzzled, received.conversation_id + 1)
    await receive(road, says("", kind=Kind.DELETE, target_id="1"))
    assert [each.text for each in await _proposed(road)] == ["my dog barks"]


async def test_a_single_text_is_proposed_as_it_was_written(road: Road, puzzled: NativeEngine) -> None:
    received = await receive(road, says("  my AMP  hums "))
    assert received.conversation_id is not None
    await answer(road, puzzled, received.conversation_id)
    (proposal,) = await _proposed(road)
    assert proposal.text.strip() == "my AMP  hums"
