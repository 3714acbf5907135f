"""What staff see and do at the desk."""

from __future__ import annotations

import asyncio
import re

import pytest

from bot.domain.conversation import Status
from bot.domain.message import Author, Kind
from bot.service.add_note import add_note
from bot.service.answer import answer
from bot.service.list_queue import list_queue, to_json
from bot.service.receive import receive
from bot.service.road import Road
from bot.storage import conversations, messages
from bot.storage.queue import QueueView
from tests.fakes.engine import PlainEngine
from tests.integration.desk.conftest import FRAGMENT, Browser
from tests.integration.service.events import says


async def _status(road: Road, conversation_id: int) -> tuple[Status, int | None]:
    async with road.database.read() as connection:
        conversation = await conversations.get_conversation(connection, conversation_id)
    assert conversation is not None
    return conversation.status, conversation.staff_id


async def _texts(road: Road, conversation_id: int, kind: Kind = Kind.TEXT) -> list[str]:
    async with road.database.read() as connection:
        stored = await messages.list_messages(connection, conversation_id)
    return [each.content.text for each in stored if each.author is Author.STAFF and each.kind is kind]


async def test_the_list_says_who_what_why_and_by_when(mara: Browser, queued: int) -> None:
    page = await mara.get("/desk")
    row = page[page.index(f'id="row-{queued}"') :]
    assert "<title>(1) Desk" in page
    for words in ("Ann", "webchat", "i want a person now", "asked for a person", "due in 29 min"):
        assert words in row


async def test_an_empty_view_says_what_will_appear(mara: Browser) -> None:
    assert "Nobody waits." in await mara.get("/desk")
    assert "You have no conversation." in await mara.get("/desk?view=mine")
    assert "Nobody waits." in await mara.get("/desk?view=nonsense")


async def test_customers_words_are_never_markup(road: Road, mara: Browser) -> None:
    received = await receive(road, says("<script>alert(1)</script> person", sender="<b>eve"))
    assert received.conversation_id is not None
    await answer(road, PlainEngine(), received.conversation_id)
    for path in ("/desk", f"/desk/c/{received.conversation_id}"):
        page = await mara.get(path)
        assert "<script>alert" not in page
        assert "<b>" not in page.lower().replace("<button", "")
        assert "&lt;script&gt;" in page


async def test_taking_makes_it_mine_and_tells_the_customer(road: Road, mara: Browser, queued: int) -> None:
    assert (await mara.act(f"/desk/c/{queued}/take"))[0] == 204
    assert await _status(road, queued) == (Status.HELD, mara.staff.id)
    page = await mara.get(f"/desk/c/{queued}?view=mine")
    assert "You have this conversation. The bot is silent." in page
    assert "Mara joins." in page
    assert f'id="row-{queued}"' in page


async def test_a_reply_is_sent_once_however_often_its_key_comes(
    road: Road, mara: Browser, queued: int
) -> None:
    path = f"/desk/c/{queued}/say"
    outcomes = await asyncio.gather(*(mara.act(path, text="We refund it.", key="k1") for _ in range(4)))
    assert {status for status, _ in outcomes} == {204}
    assert await _texts(road, queued) == ["We refund it."]
    assert await _status(road, queued) == (Status.HELD, mara.staff.id)
    page = await mara.get(f"/desk/c/{queued}")
    assert "Waiting to be sent" in page
    assert "Mara wrote last: “We refund it.”" in page


async def test_two_agents_at_once_one_answers_and_one_is_told(
    road: Road,
    mara: Browser,
    tim: Browser,
    queued: int,
) -> None:
    path = f"/desk/c/{queued}/say"
    outcomes = await asyncio.gather(
        mara.act(path, text="I am Mara.", key="m"),
        tim.act(path, text="I am Tim.", key="t"),
    )
    assert sorted(status for status, _ in outcomes) == [204, 409]
    winner, loser = (mara, tim) if outcomes[0][0] == 204 else (tim, mara)
    refusal = next(body for status, body in outcomes if status == 409)
    assert f"Not sent: {winner.staff.name} has this conversation now." in refusal
    assert await _texts(road, queued) == [f"I am {winner.staff.name}."]
    page = await loser.get(f"/desk/c/{queued}")
    assert f"{winner.staff.name} has this conversation. You can read along" in page
    assert "data-locked" in page


async def test_a_colleague_cannot_act_but_can_note(
    road: Road, mara: Browser, tim: Browser, queued: int
) -> None:
    await mara.act(f"/desk/c/{queued}/take")
    for act, words in [("take", "Not taken"), ("give-back", "Not given back"), ("resolve", "Not resolved")]:
        status, body = await tim.act(f"/desk/c/{queued}/{act}")
        assert status == 409
        assert f"{words}: Mara has this conversation now." in body
    assert (await tim.act(f"/desk/c/{queued}/say", text="known customer", key="n", mode="note"))[0] == 204
    assert await _texts(road, queued, Kind.NOTE) == ["known customer"]
    assert "known customer" in await mara.get(f"/desk/c/{queued}")
    assert (await _status(road, queued))[1] == mara.staff.id


async def test_giving_back_lets_the_bot_speak_again(road: Road, mara: Browser, queued: int) -> None:
    await mara.act(f"/desk/c/{queued}/take")
    assert (await mara.act(f"/desk/c/{queued}/give-back"))[0] == 204
    assert await _status(road, queued) == (Status.BOT, None)
    assert "The bot has this conversation." in await mara.get(f"/desk/c/{queued}")


async def test_send_and_resolve_does_both(road: Road, mara: Browser, queued: int) -> None:
    outcome = await mara.act(f"/desk/c/{queued}/say", text="Done.", key="k", then="resolve")
    assert outcome[0] == 204
    assert await _texts(road, queued) == ["Done."]
    assert (await _status(road, queued))[0] is Status.RESOLVED
    assert f'id="row-{queued}"' not in await mara.get("/desk?view=open")


async def test_a_plain_form_works_without_scripts(road: Road, mara: Browser, queued: int) -> None:
    form = {"csrf": mara.csrf, "text": "Hello.", "key": "k"}
    async with mara.http.post(
        f"/desk/c/{queued}/say?view=mine", data=form, allow_redirects=False
    ) as response:
        assert response.status == 303
        assert response.headers["Location"] == f"/desk/c/{queued}?view=mine"
    assert await _texts(road, queued) == ["Hello."]


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"text": "  ", "key": "k"}, "Not sent: write something first."),
        ({"text": "hi", "key": ""}, "Not sent: this page is out of date; load it again."),
        ({"text": "x" * 10_001, "key": "k"}, "Not sent: the text is longer than 10000 characters"),
    ],
)
async def test_what_cannot_be_sent_is_said_in_words(
    road: Road,
    mara: Browser,
    queued: int,
    form: dict[str, str],
    words: str,
) -> None:
    status, body = await mara.act(f"/desk/c/{queued}/say", **form)
    assert status == 400
    assert words in body
    assert (await _status(road, queued))[0] is Status.QUEUED


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/desk/c/987654", 404),
        ("/desk/c/99999999999999999999999", 404),
        ("/desk/c/987654/state", 404),
        ("/desk/c/987654/messages", 404),
        ("/desk/c/1/messages/99999999999999999999", 404),
        ("/desk/rows?ids=1,two", 400),
        ("/desk/c/x", 404),
    ],
)
async def test_what_is_not_there_is_a_clear_refusal(mara: Browser, path: str, status: int) -> None:
    async with mara.http.get(path, headers=FRAGMENT) as response:
        assert response.status == status


async def test_messages_come_in_pages_upwards_and_only_the_new_ones_downwards(
    road: Road,
    mara: Browser,
    queued: int,
) -> None:
    for number in range(60):
        await add_note(road, queued, mara.staff, f"note {number}", key=str(number))
    page = await mara.get(f"/desk/c/{queued}")
    earlier = re.search(r'data-earlier="(\d+)"', page)
    assert earlier
    assert "note 59" in page
    assert "i want a person now</p>" not in page
    above = await mara.get(f"/desk/c/{queued}/messages?before={earlier[1]}")
    assert "i want a person now" in above
    assert "data-earlier" not in above
    last = re.findall(r'id="m-(\d+)"', page)[-1]
    assert 'id="m-' not in await mara.get(f"/desk/c/{queued}/messages?after={last}")
    await add_note(road, queued, mara.staff, "the newest", key="newest")
    assert re.findall(r"note \d+|the newest", await mara.get(f"/desk/c/{queued}/messages?after={last}")) == [
        "the newest"
    ]


async def test_only_asked_rows_are_read_and_left_ones_are_gone(
    road: Road, mara: Browser, queued: int
) -> None:
    other = (await receive(road, says("another person please", sender="bob"))).conversation_id
    assert other is not None
    await answer(road, PlainEngine(), other)
    rows = await mara.get(f"/desk/rows?view=waiting&ids={other}")
    assert f'id="row-{other}"' in rows
    assert f'id="row-{queued}"' not in rows
    assert "&#34;waiting&#34;: 2" in rows
    await mara.act(f"/desk/c/{other}/take")
    assert f'id="row-{other}"' not in await mara.get(f"/desk/rows?view=waiting&ids={other}")


async def test_the_queue_is_ordered_by_harm_and_printable(road: Road, queued: int) -> None:
    public = (await receive(road, says("person!", sender="cat"))).conversation_id
    assert public is not None
    await answer(road, PlainEngine(), public)
    async with road.database.begin() as connection:
        await connection.exec_driver_sql(f"UPDATE conversation SET surface = 'public' WHERE id = {public}")
    entries = await list_queue(road)
    assert [entry.row.conversation_id for entry in entries] == [public, queued]
    printed = to_json(entries[0], road.now())
    assert printed["reasons"] == ["asked for a person", "public"]
    assert printed["status"] == "queued"
    assert printed["wants"] == "person!"
    assert isinstance(printed["waiting_seconds"], int)


async def test_an_answered_conversation_owes_no_first_answer(road: Road, mara: Browser, queued: int) -> None:
    await mara.act(f"/desk/c/{queued}/say", text="Hello.", key="k")
    await receive(road, says("and now?", sender="ann"))
    (entry,) = await list_queue(road, view=QueueView.MINE, staff_id=mara.staff.id)
    assert entry.deadline is None
    assert entry.waiting_since is not None
    assert entry.row.wants == "and now?"
