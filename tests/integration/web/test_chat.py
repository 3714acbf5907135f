"""The conversation over the socket: what a visitor says is kept, what is said to them arrives, in order."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.domain.message import DeliveryState
from bot.service import read_as_customer
from bot.service.add_note import add_note
from bot.service.staff_reply import staff_reply
from bot.service.take import take
from bot.storage import messages

if TYPE_CHECKING:
    from bot.domain.staff import Staff
    from bot.service.road import Road
    from tests.fakes.visitor import Browser


async def find_conversation(road: Road, token: str) -> int:
    found = await read_as_customer.find_conversation(road, "lyra", token.partition(".")[0])
    assert found is not None
    return found


async def test_a_new_visitor_is_greeted_and_leaves_no_trace(road: Road, browser: Browser) -> None:
    token = await browser.get_token()
    async with browser.enter(token) as (_, welcome):
        assert welcome["title"] == "Lyra Audio"
        assert welcome["greeting"] == "Hello, I am a bot."
        assert welcome["holder"] == {"who": "bot", "name": None, "by": None, "there": True}
        assert welcome["messages"] == []
    assert await read_as_customer.find_conversation(road, "lyra", token.partition(".")[0]) is None


async def test_a_message_is_acknowledged_once_it_is_kept(road: Road, browser: Browser) -> None:
    token = await browser.get_token()
    async with browser.enter(token) as (line, _):
        ack = await line.say("where is my order", client_id="c1")
        async with road.database.read() as connection:
            kept = await messages.get_message(connection, ack["message_id"])
        assert kept is not None
        assert kept.content.text == "where is my order"
        told = await line.hear_said_by("contact")
        assert (told["id"], told["client_id"], told["text"]) == (ack["message_id"], "c1", "where is my order")


async def test_a_message_sent_again_is_one_message(road: Road, browser: Browser) -> None:
    token = await browser.get_token()
    async with browser.enter(token) as (line, _):
        first = await line.say("hello", client_id="c1")
    async with browser.enter(token) as (line, _):
        again = await line.say("hello", client_id="c1")
        assert again["message_id"] == first["message_id"]
    page = await read_as_customer.read_before(road, await find_conversation(road, token))
    assert [message.content.text for message in page.messages] == ["hello"]


async def test_a_pressed_button_shows_its_title_and_says_its_payload(road: Road, browser: Browser) -> None:
    token = await browser.get_token()
    async with browser.enter(token) as (line, _):
        await line.send(type="message", id="b1", text="Talk to a person", payload="/ask_for_person")
        told = await line.hear_said_by("contact")
        assert told["text"] == "Talk to a person"
    page = await read_as_customer.read_before(road, await find_conversation(road, token))
    assert page.messages[0].content.text == "/ask_for_person"


async def test_a_person_joins_and_answers_live_but_notes_stay_inside(
    road: Road, browser: Browser, mara: Staff
) -> None:
    token = await browser.get_token()
    async with browser.enter(token) as (line, _):
        await line.say("my left earcup is broken")
        conversation_id = await find_conversation(road, token)
        await take(road, conversation_id, mara)
        assert (await line.hear_held_by("staff"))["name"] == "Mara"
        await add_note(road, conversation_id, mara, "second time this week", key="n1")
        await staff_reply(road, conversation_id, mara, "I am sorry.", key="r1")
        answer = await line.hear_said_by("staff")
        assert (answer["text"], answer["name"]) == ("I am sorry.", "Mara")
        assert not [frame for frame in line.skipped if "second time" in str(frame)]


async def test_who_comes_back_gets_what_they_missed_and_nothing_twice(
    road: Road, browser: Browser, mara: Staff
) -> None:
    token = await browser.get_token()
    async with browser.enter(token) as (line, _):
        ack = await line.say("hello?")
    conversation_id = await find_conversation(road, token)
    for number in (1, 2):
        await staff_reply(road, conversation_id, mara, f"answer {number}", key=f"r{number}")
    async with browser.enter(token, after=ack["message_id"]) as (line, welcome):
        texts = [message["text"] for message in welcome["messages"] if message["author"] == "staff"]
        assert texts == ["answer 1", "answer 2"]
        assert not welcome["behind"]
        await staff_reply(road, conversation_id, mara, "answer 3", key="r3")
        assert (await line.hear_said_by("staff"))["text"] == "answer 3"


async def test_a_long_past_comes_in_pages(road: Road, browser: Browser, mara: Staff) -> None:
    token = await browser.get_token()
    async with browser.enter(token) as (line, _):
        first = await line.say("hello")
    conversation_id = await find_conversation(road, token)
    for number in range(read_as_customer.PAGE + 5):
        await staff_reply(road, conversation_id, mara, f"{number}", key=f"r{number}")
    async with browser.enter(token, after=first["message_id"]) as (line, welcome):
        assert welcome["behind"]
        assert welcome["earlier"]
        assert len(welcome["messages"]) == read_as_customer.PAGE
        await line.send(type="history", before=welcome["messages"][0]["id"])
        history = await line.hear("history")
        assert history["messages"][0]["text"] == "hello"
        assert history["messages"][-1]["id"] < welcome["messages"][0]["id"]
        assert not history["earlier"]


async def test_two_windows_of_a_visitor_show_the_same(browser: Browser) -> None:
    token = await browser.get_token()
    async with browser.enter(token) as (one, _):
        await one.say("from the first", client_id="c1")
        async with browser.enter(token) as (other, welcome):
            assert [message["text"] for message in welcome["messages"]] == ["from the first"]
            await other.say("from the second", client_id="c2")
            await one.hear_said_by("contact")
            assert (await one.hear_said_by("contact"))["text"] == "from the second"


async def test_reading_is_written_down_as_far_as_was_told(road: Road, browser: Browser, mara: Staff) -> None:
    token = await browser.get_token()
    async with browser.enter(token) as (line, _):
        await line.say("hello")
        conversation_id = await find_conversation(road, token)
        reply = await staff_reply(road, conversation_id, mara, "Good morning.", key="r1")
        await line.hear_said_by("staff")
        async with road.bus.live.subscribe(conversation_id=conversation_id) as events:
            await line.send(type="read", message_id=2**60)
            async with asyncio.timeout(20):
                async for event in events:
                    if event.kind == "delivery" and event.data["state"] == "read":
                        break
        async with road.database.read() as connection:
            kept = await messages.get_message(connection, reply.id)
        assert kept is not None
        assert kept.delivery is DeliveryState.READ


async def test_typing_is_shown_both_ways(road: Road, browser: Browser, mara: Staff) -> None:
    token = await browser.get_token()
    async with browser.enter(token) as (line, _):
        await line.say("hello")
        conversation_id = await find_conversation(road, token)
        await take(road, conversation_id, mara)
        await line.hear_held_by("staff")
        async with road.bus.live.subscribe(conversation_id=conversation_id) as events:
            await line.send(type="typing")
            async with asyncio.timeout(20):
                async for event in events:
                    if event.kind == "typing" and event.data["author"] != "bot":  # it answered just now
                        assert event.data == {"author": "contact"}
                        break
        await road.bus.live.publish("typing", conversation_id, author="staff")
        typing = await line.hear("typing")
        while typing["author"] == "bot":  # it answers until a person comes
            typing = await line.hear("typing")
        assert (typing["author"], typing["name"]) == ("staff", "Mara")


async def test_a_bus_that_lost_its_memory_costs_no_message(road: Road, browser: Browser, mara: Staff) -> None:
    token = await browser.get_token()
    async with browser.enter(token) as (line, _):
        await line.say("hello")
        conversation_id = await find_conversation(road, token)
        await staff_reply(road, conversation_id, mara, "before", key="r1")
        await road.bus.redis.flushall()
        await staff_reply(road, conversation_id, mara, "after", key="r2")
        assert (await line.hear_said_by("staff"))["text"] == "before"
        assert (await line.hear_said_by("staff"))["text"] == "after"
