"""What is asked before a chat: nothing is kept without it, and staff can see what was agreed to and left."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.connector import AccountConfig
from bot.domain.message import Author, Kind
from bot.service import read_as_customer
from bot.service.read_as_customer import AT_WORK, get_holder
from bot.storage import messages, sessions
from bot.storage.sessions import NewSession
from bot.web.keys import CONNECTORS
from connectors.webchat.connector import WebchatConnector
from tests.fakes.chat_service import STRICT

if TYPE_CHECKING:
    from aiohttp import web

    from bot.domain.message import Message
    from bot.domain.staff import Staff
    from bot.service.road import Road
    from tests.fakes.visitor import Browser

AT = "2026-01-31T12:00:00+00:00"


@pytest.fixture
def strict(browser: Browser) -> Browser:
    browser.url = browser.url.replace("lyra", "strict")
    return browser


async def ask(browser: Browser) -> dict[str, Any]:
    """Return what a page is told before anybody is a visitor."""
    async with browser.http.get(f"{browser.url}/about") as answer:
        found: dict[str, Any] = await answer.json()
        return found


async def list_lines(road: Road, message_id: int) -> list[Message]:
    async with road.database.read() as connection:
        said = await messages.get_message(connection, message_id)
        assert said is not None
        found = await messages.list_messages(connection, said.conversation_id)
    return [message for message in found if message.kind is Kind.LINE]


async def come_to_work(road: Road, staff: Staff, *, ago: timedelta) -> None:
    now = road.now()
    session = NewSession(
        token=str(ago),
        staff_id=staff.id,
        csrf="c",
        created_at=now - ago,
        expires_at=now + timedelta(hours=1),
    )
    async with road.database.begin() as connection:
        await sessions.insert_session(connection, session)


async def test_page_knows_what_to_ask_before_there_is_a_visitor(strict: Browser) -> None:
    about = await ask(strict)
    assert about["consent"]["text"] == STRICT["consent"]
    assert about["consent"]["link"] == STRICT["consent_link"]
    assert (about["ask"], about["ask_required"], about["files"]["largest"]) == (
        ["name", "email"], True, 1_000_000,
    )  # fmt: skip


async def test_words_wait_for_agreement_and_leave_no_trace_until_then(road: Road, strict: Browser) -> None:
    version = (await ask(strict))["consent"]["version"]
    whole = {"consent": version, "at": AT, "name": "Ann", "email": "ann@example.org"}
    for missing in ({}, {**whole, "consent": "0"}, {**whole, "name": " "}, {**whole, "email": "ann"}, None):
        token = await strict.get_token()
        async with strict.enter(token, told=missing) as (line, _):
            await line.send(type="message", id="c1", text="hello")
            refusal = await line.hear("error")
            assert (refusal["code"], refusal["id"], refusal["retry_after"]) == ("ask_first", "c1", None)
        found = await read_as_customer.find_conversation(road, "strict", token.partition(".")[0])
        assert found is None


async def test_agreement_stands_before_the_first_words_with_version_and_time(
    road: Road, strict: Browser
) -> None:
    version = (await ask(strict))["consent"]["version"]
    told = {"consent": version, "at": AT, "name": "Ann", "email": "ann@example.org"}
    token, said = await strict.get_token(), 0
    for number in range(2):
        async with strict.enter(token, told=told) as (line, _):
            said = (await line.say("hello", client_id=f"c{number}"))["message_id"]
    agreed, address = await list_lines(road, said)
    assert agreed.content.text == f"Agreed to: {STRICT['consent']} {STRICT['consent_link']}"
    assert agreed.content.custom == {"visavis": {"consent": {"version": version, "at": AT}}}
    assert (agreed.author, agreed.seq, address.seq) == (Author.SYSTEM, 1, 2)
    assert address.content.text == "E-mail address: ann@example.org"


@pytest.mark.parametrize("at", ["2999-01-01T00:00:00+00:00", "2026-01-31T12:00:00", "yesterday", 5])
async def test_time_that_cannot_be_is_that_of_the_server(road: Road, strict: Browser, at: object) -> None:
    version = (await ask(strict))["consent"]["version"]
    told = {"consent": version, "at": at, "name": "Ann", "email": "ann@example.org"}
    async with strict.enter(await strict.get_token(), told=told) as (line, _):
        said = (await line.say("hello"))["message_id"]
    custom: Any = (await list_lines(road, said))[0].content.custom
    assert (
        abs((road.now() - datetime.fromisoformat(custom["visavis"]["consent"]["at"])).total_seconds()) < 120
    )


async def test_changed_words_are_asked_again(road: Road, app: web.Application, strict: Browser) -> None:
    version = (await ask(strict))["consent"]["version"]
    told = {"consent": version, "at": AT, "name": "Ann", "email": "ann@example.org"}
    token = await strict.get_token()
    async with strict.enter(token, told=told) as (line, _):
        await line.say("hello")
    options = {**STRICT, "consent": "From now on it is kept for ten years."}
    changed = WebchatConnector(AccountConfig(channel="webchat", name="strict", options=options))
    app[CONNECTORS]["webchat", "strict"] = changed  # type: ignore[index]
    async with strict.enter(token, told=told) as (line, welcome):
        await line.send(type="message", id="c2", text="more")
        assert (await line.hear("error"))["code"] == "ask_first"
        await line.send(type="told", told={**told, "email": "other@example.org"})  # to the old words
        await line.hear("told")
        newer = welcome["consent"]["version"]
        await line.send(type="told", told={**told, "consent": newer})
        await line.hear("told")
        said = (await line.say("more", client_id="c2"))["message_id"]
    lines = [line.content.custom for line in await list_lines(road, said)]
    found: list[Any] = [each for each in lines if each and "consent" in str(each)]
    assert [each["visavis"]["consent"]["version"] for each in found] == [version, newer]
    assert "other@example.org" not in str(lines)


async def test_address_left_later_is_shown_to_both_sides_once(road: Road, browser: Browser) -> None:
    async with browser.enter(await browser.get_token()) as (line, _):
        said = (await line.say("hello"))["message_id"]
        await line.send(type="told", told={"email": "ann@example.org"})
        assert (await line.hear_said_by("system"))["text"] == "E-mail address: ann@example.org"
        await line.send(type="told", told={"email": "ann@example.org"})
        await line.send(type="ping")
        await line.hear("pong")
    assert len(await list_lines(road, said)) == 1


async def test_address_is_kept_for_answers_only_where_it_was_left_for_them(
    road: Road, browser: Browser
) -> None:
    async def list_left() -> list[str]:
        async with road.database.read() as connection:
            found = await connection.exec_driver_sql("SELECT email FROM left_address")
            return list(found.scalars())

    token = await browser.get_token()
    async with browser.enter(token, told={"email": "asked@example.org"}) as (line, _):
        said = (await line.say("hello"))["message_id"]
        for email, answers in (("asked@example.org", "yes"), ("other@example.org", 1)):
            await line.send(type="told", told={"email": email, "answers": answers})
            await line.hear("told")
        assert await list_left() == []
        for email in ("ann@example.org", "ann@example.com", "ann@example.com"):
            await line.send(type="told", told={"email": email, "answers": True})
            await line.hear("told")
    assert await list_left() == ["ann@example.com"]
    assert [each.content.text for each in await list_lines(road, said)][-2:] == [
        "Left for the answer: ann@example.org",
        "Left for the answer: ann@example.com",
    ]


async def test_address_left_for_the_answer_waits_for_consent(road: Road, strict: Browser) -> None:
    version = (await ask(strict))["consent"]["version"]
    told = {"consent": version, "at": AT, "name": "Ann", "email": "ann@example.org"}
    async with strict.enter(await strict.get_token(), told=told) as (line, _):
        await line.say("hello")
        await line.send(type="told", told={**told, "consent": "0", "answers": True})
        await line.hear("told")
    async with road.database.read() as connection:
        found = await connection.exec_driver_sql("SELECT email FROM left_address")
        assert list(found.scalars()) == []


async def test_waiting_customer_is_told_whether_anybody_is_there(
    road: Road, browser: Browser, mara: Staff
) -> None:
    async with browser.enter(await browser.get_token()) as (line, _):
        said = (await line.say("hello"))["message_id"]
        async with road.database.begin() as connection:
            message = await messages.get_message(connection, said)
            assert message is not None
            await connection.exec_driver_sql("UPDATE conversation SET status = 'queued'")
        assert not (await get_holder(road, message.conversation_id)).there
        await come_to_work(road, mara, ago=AT_WORK * 2)
        assert not (await get_holder(road, message.conversation_id)).there
        await come_to_work(road, mara, ago=AT_WORK / 2)
        assert (await get_holder(road, message.conversation_id)).there
