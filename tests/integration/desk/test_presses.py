"""What a program sends in place of a pressed button is shown as people read it, and stored as it came."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from typing_extensions import override

from bot.domain.conversation import Status
from bot.domain.message import Button, Content
from bot.service.answer import answer
from bot.service.list_queue import list_queue
from bot.service.receive import receive
from bot.storage import messages
from bot.storage.queue import QueueView
from tests.fakes.engine import PlainEngine
from tests.integration.service.events import says

if TYPE_CHECKING:
    from bot.engines.engine import Turn, TurnResult
    from bot.service.road import Road
    from tests.integration.desk.conftest import Browser

OFFERED = (Button(title="Talk to a person", payload="/ask_for_staff"), Button(title="", payload="/empty"))


class Offering(PlainEngine):
    """Offers buttons with every answer."""

    @override
    async def respond(self, turn: Turn) -> TurnResult:
        result = await super().respond(turn)
        return replace(result, replies=(Content(text="Or:", buttons=OFFERED),))


async def talk(road: Road, *texts: str) -> int:
    """Have somebody write one after the other, each answered with buttons."""
    conversation_id = 0
    for number, text in enumerate(texts):
        heard = await receive(road, says(text, event_id=f"e{number}"))
        assert heard.conversation_id is not None
        conversation_id = heard.conversation_id
        await answer(road, Offering(), conversation_id)
    return conversation_id


async def read_texts(road: Road, conversation_id: int) -> list[str]:
    async with road.database.read() as connection:
        return [each.content.text for each in await messages.list_messages(connection, conversation_id)]


async def test_payload_of_an_offered_button_is_shown_by_its_title(road: Road, mara: Browser) -> None:
    conversation_id = await talk(road, "hello", "/ask_for_staff")
    page = await mara.get(f"/desk/c/{conversation_id}")
    assert "/ask_for_staff" not in page
    assert "Talk to a person" in page
    assert "/ask_for_staff" in await read_texts(road, conversation_id)


async def test_payload_that_was_never_offered_is_said_in_words(road: Road, mara: Browser) -> None:
    given = json.dumps({"order_number": "LY-104233", "items": ["a", 2], "more": {"no": 1}})
    conversation_id = await talk(road, "/ask_order_status" + given, "/empty")
    [entry] = await list_queue(road, view=QueueView.RECENT, conversation_ids=[conversation_id])
    assert entry.row.wants == "empty"
    page = await mara.get(f"/desk/c/{conversation_id}/messages?before=999")
    assert "ask order status: LY-104233, a, 2" in page


async def test_title_is_that_of_the_last_offer_before_it_was_pressed(road: Road, mara: Browser) -> None:
    conversation_id = await talk(road, "/ask_for_staff", "hello", "/ask_for_staff")
    page = await mara.get(f"/desk/c/{conversation_id}")
    assert "ask for staff" in page
    [entry] = await list_queue(road, view=QueueView.RECENT, conversation_ids=[conversation_id])
    assert entry.row.wants == "Talk to a person"
    assert entry.row.status is Status.BOT


async def test_what_only_begins_with_a_slash_stays_as_it_was_written(road: Road, mara: Browser) -> None:
    conversation_id = await talk(road, "/ 5 of them, and/or six", "/5")
    page = await mara.get(f"/desk/c/{conversation_id}")
    assert "/ 5 of them, and/or six" in page
    assert "/5" in page
