"""A conversation never stays with somebody who is not there: others can take it over."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from yarl import URL

from bot.domain.conversation import Status
from bot.domain.message import Author
from bot.domain.staff import Role
from bot.service.add_staff import add_staff
from bot.service.receive import receive
from bot.service.road import Road
from bot.service.staff_reply import staff_reply
from bot.service.take import take
from bot.storage import conversations, messages
from bot.storage.depths import get_depths
from bot.storage.staff import disable_staff
from tests.integration.desk.conftest import PASSWORD, Browser, log_in
from tests.integration.service.events import says

MAY = 'data-act="take-over"'


@pytest.fixture
async def lea(road: Road, address: str) -> AsyncIterator[Browser]:
    """A lead's browser, logged in."""
    staff = await add_staff(
        road, email="lea@lyra.example", name="Lea Berg", password=PASSWORD, roles=[Role.LEAD]
    )
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(URL(address), cookie_jar=jar) as http:
        yield Browser(http=http, staff=staff, csrf=await log_in(http, staff.email))


@pytest.fixture
async def held(road: Road, mara: Browser, queued: int) -> int:
    """A conversation that Mara has."""
    await take(road, queued, mara.staff)
    return queued


async def _holder(road: Road, conversation_id: int) -> tuple[Status, int | None]:
    async with road.database.read() as connection:
        found = await conversations.get_conversation(connection, conversation_id)
    assert found is not None
    return found.status, found.staff_id


async def _last_line(road: Road, conversation_id: int) -> str:
    async with road.database.read() as connection:
        stored = await messages.list_messages(connection, conversation_id)
    return [each.content.text for each in stored if each.author is Author.SYSTEM][-1]


async def test_a_colleague_at_work_keeps_what_they_have(
    road: Road, tim: Browser, mara: Browser, held: int
) -> None:
    status, body = await tim.act(f"/desk/c/{held}/take-over")
    assert status == 409
    assert "Not taken: Mara has this conversation and is at work; a lead can take it over." in body
    assert await _holder(road, held) == (Status.HELD, mara.staff.id)
    assert MAY not in await tim.get(f"/desk/c/{held}")


async def test_a_lead_takes_over_at_any_time_and_the_thread_says_so(
    road: Road, lea: Browser, held: int
) -> None:
    assert MAY in await lea.get(f"/desk/c/{held}")
    assert (await lea.act(f"/desk/c/{held}/take-over"))[0] == 204
    assert await _holder(road, held) == (Status.HELD, lea.staff.id)
    assert (await _last_line(road, held)).startswith("Lea takes over from Mara.")
    assert (await lea.act(f"/desk/c/{held}/say", text="I am here now.", key="k"))[0] == 204
    assert MAY not in await lea.get(f"/desk/c/{held}")


async def test_anybody_takes_over_from_who_went_home(
    road: Road, tim: Browser, mara: Browser, held: int
) -> None:
    assert (await mara.act("/logout"))[0] in (204, 303)
    assert MAY in await tim.get(f"/desk/c/{held}")
    assert (await tim.act(f"/desk/c/{held}/take-over"))[0] == 204
    assert await _holder(road, held) == (Status.HELD, tim.staff.id)


async def test_anybody_takes_over_from_who_was_disabled(
    road: Road, tim: Browser, mara: Browser, held: int
) -> None:
    async with road.database.begin() as connection:
        await disable_staff(connection, mara.staff.id, road.now())
    assert (await tim.act(f"/desk/c/{held}/take-over"))[0] == 204
    assert await _holder(road, held) == (Status.HELD, tim.staff.id)


async def test_who_lost_a_conversation_cannot_write_in_it(lea: Browser, mara: Browser, held: int) -> None:
    await lea.act(f"/desk/c/{held}/take-over")
    status, body = await mara.act(f"/desk/c/{held}/say", text="One moment.", key="k")
    assert status == 409
    assert "Not sent: Lea Berg has this conversation now." in body


async def test_a_free_conversation_is_simply_taken(road: Road, tim: Browser, queued: int) -> None:
    assert MAY not in await tim.get(f"/desk/c/{queued}")
    assert (await tim.act(f"/desk/c/{queued}/take-over"))[0] == 204
    assert await _holder(road, queued) == (Status.HELD, tim.staff.id)
    assert (await _last_line(road, queued)).startswith("Tim joins.")


async def test_customers_who_wait_for_their_own_agent_are_counted_and_measured(
    road: Road, mara: Browser, tim: Browser, held: int
) -> None:
    async def longest() -> float:
        async with road.database.read() as connection:
            return (await get_depths(connection)).longest_held_wait

    await staff_reply(road, held, mara.staff, "I look into it.", key="k")
    assert await longest() == 0
    assert "&#34;mine_unread&#34;: 0" in await mara.get("/desk/rows")
    await receive(road, says("and?", sender="ann"))
    assert "&#34;mine_unread&#34;: 1" in await mara.get("/desk/rows")
    assert "&#34;mine_unread&#34;: 0" in await tim.get("/desk/rows")
    assert await longest() > 0
