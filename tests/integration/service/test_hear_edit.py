"""An edit of what we were never told is a first word: somebody named the brand only afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.domain.message import Kind
from bot.service.answer import answer
from bot.service.receive import receive
from bot.service.recently import Recently
from tests.fakes.engine import PlainEngine
from tests.integration.service.events import says

if TYPE_CHECKING:
    from bot.connector import InboundEvent
    from bot.service.road import Road

SAID = says("where is my order", event_id="m1")
GONE = says("", event_id="gone-m1", kind=Kind.DELETE, target_id="m1")


def edit(text: str) -> InboundEvent:
    return replace(says(text, event_id="edit-1", kind=Kind.EDIT, target_id="m1"), revision=1)


async def test_edit_of_what_we_were_never_told_is_a_first_word(road: Road) -> None:
    engine = PlainEngine()
    added = edit("@lyra where is my order")
    received = [await receive(replace(road, recently=Recently()), added) for _ in range(3)]
    conversation_id = received[0].conversation_id
    assert conversation_id is not None
    await answer(road, engine, conversation_id)
    assert engine.heard == ["@lyra where is my order"]
    late = await receive(road, SAID)
    assert late.duplicate  # and what it was changed to stays
    assert await answer(road, engine, conversation_id) is None


@pytest.mark.parametrize("before", ["gone", "long ago"])
async def test_edit_of_what_is_gone_or_long_ago_is_no_first_word(road: Road, before: str) -> None:
    added = edit("where is my order")
    if before == "gone":
        await receive(road, GONE)
    else:
        added = replace(added, platform_at=road.now() - timedelta(days=2))
    conversation_id = (await receive(road, added)).conversation_id
    assert conversation_id is not None
    assert await answer(road, PlainEngine(), conversation_id) is None
