"""Closing a conversation on the page: never over words that the page did not show."""

from __future__ import annotations

import re

from bot.domain.conversation import Status
from bot.domain.message import Author
from bot.service.receive import receive
from bot.service.road import Road
from bot.storage import conversations, messages
from tests.integration.desk.conftest import Browser
from tests.integration.service.events import says


async def _shown(browser: Browser, conversation_id: int) -> str:
    """Return the last message on the page, as its script sends it along."""
    *_, last = re.finditer(r'id="m-(\d+)"', await browser.get(f"/desk/c/{conversation_id}"))
    return last[1]


async def _status(road: Road, conversation_id: int) -> Status:
    async with road.database.read() as connection:
        found = await conversations.get_conversation(connection, conversation_id)
    assert found is not None
    return found.status


async def test_resolving_says_that_the_customer_wrote_again(road: Road, mara: Browser, queued: int) -> None:
    seen = await _shown(mara, queued)
    await receive(road, says("it is on fire now"))
    status, body = await mara.act(f"/desk/c/{queued}/resolve", seen=seen)
    assert status == 409
    assert "Not resolved: the customer wrote again; read it first." in body
    assert (await mara.act(f"/desk/c/{queued}/resolve", seen=await _shown(mara, queued)))[0] == 204
    assert await _status(road, queued) is Status.RESOLVED


async def test_send_and_resolve_sends_nothing_over_unread_words(
    road: Road, mara: Browser, queued: int
) -> None:
    form = {"text": "Glad it works.", "key": "k", "then": "resolve", "seen": await _shown(mara, queued)}
    await receive(road, says("it is on fire now"))
    status, body = await mara.act(f"/desk/c/{queued}/say", **form)
    assert status == 409
    assert "Not sent: the customer wrote again; read it first." in body
    async with road.database.read() as connection:
        stored = await messages.list_messages(connection, queued)
    assert Author.STAFF not in [message.author for message in stored]
    assert await _status(road, queued) is Status.QUEUED


async def test_a_reply_alone_closes_nothing_and_needs_no_look(road: Road, mara: Browser, queued: int) -> None:
    seen = await _shown(mara, queued)
    await receive(road, says("hello?"))
    assert (await mara.act(f"/desk/c/{queued}/say", text="I am here.", key="k", seen=seen))[0] == 204


async def test_a_page_that_does_not_say_what_it_showed_resolves(
    road: Road, mara: Browser, queued: int
) -> None:
    assert (await mara.act(f"/desk/c/{queued}/resolve", seen=""))[0] == 204
    assert await _status(road, queued) is Status.RESOLVED


async def test_nonsense_for_what_was_shown_is_refused_in_words(mara: Browser, queued: int) -> None:
    for seen in ("x", "-1", "²"):
        status, body = await mara.act(f"/desk/c/{queued}/resolve", seen=seen)
        assert status == 400
        assert "Not resolved: this page is out of date; load it again." in body
