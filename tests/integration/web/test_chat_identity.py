"""Whom the site knows: shown their own thread on every device, and never anybody else's."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import jwt
import pytest

from bot.domain.message import Kind
from bot.service import read_as_customer
from bot.storage import conversations, messages
from bot.web.chat_hello import BAD_TOKEN
from tests.fakes.chat_service import SECRET

if TYPE_CHECKING:
    from bot.domain.conversation import Conversation
    from bot.domain.message import Message
    from bot.service.road import Road
    from tests.fakes.visitor import Browser, Line

LONG = datetime.now(UTC) + timedelta(hours=1)


def sign(user: str, secret: str = SECRET, **more: str) -> dict[str, str]:
    digest = hmac.new(secret.encode(), user.encode(), hashlib.sha256).hexdigest()
    return {"id": user, "hash": digest, **more}


def make_token(secret: str = SECRET, **claims: object) -> dict[str, str]:
    told = {"sub": "42", "exp": LONG, "name": "Ann", "email": "ann@example.org", **claims}
    return {"token": jwt.encode(told, secret, algorithm="HS256")}


async def say(browser: Browser, token: str, text: str, *, client_id: str = "c1", **hello: object) -> int:
    """Say something; returns the id of the message."""
    async with browser.enter(token, **hello) as (line, _):  # type: ignore[arg-type]
        return int((await line.say(text, client_id=client_id))["message_id"])


async def read(road: Road, message_id: int) -> tuple[Message, Conversation]:
    async with road.database.read() as connection:
        message = await messages.get_message(connection, message_id)
        assert message is not None
        conversation = await conversations.get_conversation(connection, message.conversation_id)
        assert conversation is not None
        return message, conversation


async def list_notes(road: Road, conversation_id: int) -> list[str]:
    async with road.database.read() as connection:
        found = await messages.list_messages(connection, conversation_id)
    return [message.content.text for message in found if message.kind is Kind.NOTE]


def texts(welcome: dict[str, Any]) -> list[str]:
    return [message["text"] for message in welcome["messages"] if message["author"] == "contact"]


async def test_same_person_on_another_device_sees_the_same_conversation(road: Road, browser: Browser) -> None:
    desk, phone = await browser.get_token(), await browser.get_token()
    first = await say(browser, desk, "from the desk", identity=sign("42", name="Ann"))
    async with browser.enter(phone, identity=sign("42")) as (line, welcome):
        assert texts(welcome) == ["from the desk"]
        second = await line.say("from the phone", client_id="c2")
    message, conversation = await read(road, second["message_id"])
    assert message.conversation_id == (await read(road, first))[0].conversation_id
    assert conversation.contact_name == "Ann"
    assert message.metadata["identity"] == {"id": "42", "verified": True}


async def test_token_vouches_for_address_too_and_the_bare_hash_does_not(road: Road, browser: Browser) -> None:
    token = await browser.get_token()
    message, _ = await read(road, await say(browser, token, "hello", identity=make_token()))
    assert message.metadata["identity"] == {"id": "42", "email": "ann@example.org", "verified": True}
    said = sign("43", email="boss@example.org", phone="+1 555 0100")
    message, _ = await read(road, await say(browser, await browser.get_token(), "hello", identity=said))
    assert message.metadata["identity"] == {
        "id": "43",
        "claimed": {"email": "boss@example.org", "phone": "+1 555 0100"},
        "verified": True,
    }


WRONG: dict[str, Any] = {
    "another's hash": {**sign("42"), "id": "7"},
    "another secret": sign("42", secret="x" * 40),
    "no hash": {"id": "42"},
    "an empty hash": {"id": "42", "hash": ""},
    "a hash that is none": {"id": "42", "hash": ["é"]},
    "no id": {"hash": sign("")["hash"]},
    "an empty id": sign(""),
    "an id that is no text": {"id": 42, "hash": sign("42")["hash"]},
    "no object": "42",
    "an expired token": make_token(exp=datetime.now(UTC) - timedelta(minutes=5)),
    "a token without end": {"token": jwt.encode({"sub": "42"}, SECRET, algorithm="HS256")},
    "a token without an id": {"token": jwt.encode({"exp": LONG}, SECRET, algorithm="HS256")},
    "a token of another secret": make_token("y" * 40),
    "a token that is not signed": {"token": jwt.encode({"sub": "42", "exp": LONG}, "", algorithm="none")},
    "a token that is none": {"token": "42"},
    "a token of what cannot be kept": make_token(name="Ann\0"),
    "a token for half a character": make_token(sub="\ud800"),
    "a token that is no text": {"token": 42},
}


@pytest.mark.parametrize("identity", WRONG.values(), ids=WRONG.keys())
async def test_wrong_identity_is_told_to_the_site_and_shown_nobody_s_words(
    road: Road, browser: Browser, identity: object
) -> None:
    await say(browser, await browser.get_token(), "my secret", identity=sign("42"))
    async with browser.enter(await browser.get_token(), identity=identity) as (line, welcome):
        assert welcome["doubt"]
        assert SECRET not in welcome["doubt"]
        assert welcome["messages"] == []
        ack = await line.say("I am a stranger")
    message, _ = await read(road, ack["message_id"])
    assert "identity" not in message.metadata


async def test_without_a_secret_nobody_is_believed(browser: Browser) -> None:
    browser.url = browser.url.replace("lyra", "vega")
    for identity in (sign("42", secret=""), make_token("z" * 40)):
        async with browser.enter(await browser.get_token(), identity=identity) as (_, welcome):
            assert "identity_secret" in welcome["doubt"]


async def test_thread_of_somebody_is_not_shown_on_their_device_once_they_are_gone(browser: Browser) -> None:
    token = await browser.get_token()
    await say(browser, token, "my secret", identity=sign("42"))
    async with browser.connect() as line:
        await line.send(type="hello", token=token, after=0)
        assert (await line.hear("error"))["code"] == "bad_signature"
        assert await line.hear_close() == BAD_TOKEN
    async with browser.enter(token, identity=sign("43")) as (line, welcome):
        assert welcome["messages"] == []
        await line.say("somebody else", client_id="c2")
    async with browser.enter(token, identity=sign("42")) as (_, welcome):
        assert texts(welcome) == ["my secret"]


async def test_anonymous_thread_becomes_that_of_who_had_none(road: Road, browser: Browser) -> None:
    token = await browser.get_token()
    message_id = await say(browser, token, "before")
    for _ in range(2):  # the second time there is nothing new to say
        async with browser.enter(token, identity=make_token()) as (_, welcome):
            assert texts(welcome) == ["before"]
    _, conversation = await read(road, message_id)
    assert conversation.contact_name == "Ann"
    assert await list_notes(road, conversation.id) == ["Signed in on the site as Ann, id 42."]


async def test_who_has_a_thread_goes_on_there_and_staff_are_told_in_both(
    road: Road, browser: Browser
) -> None:
    old, new = await browser.get_token(), await browser.get_token()
    theirs = (await read(road, await say(browser, old, "last week", identity=sign("42"))))[1].id
    anonymous = (await read(road, await say(browser, new, "who am I")))[1].id
    async with browser.enter(new, after=10**9, thread="another", identity=sign("42")) as (_, welcome):
        assert texts(welcome) == ["last week"]  # what the page had was another thread's
    assert f"Wrote before signing in: that is conversation {anonymous}." in await list_notes(road, theirs)
    assert await list_notes(road, anonymous) == [f"Signed in since: goes on in conversation {theirs}."]
    async with browser.enter(new) as (_, welcome):
        assert texts(welcome) == ["who am I"]  # on this device, without the identity


async def test_name_that_nobody_signed_does_not_replace_one(road: Road, browser: Browser) -> None:
    token = await browser.get_token()
    message_id = await say(browser, token, "hello", identity=make_token())
    await say(browser, token, "again", client_id="c2", identity=sign("42", name="The Boss"))
    assert (await read(road, message_id))[1].contact_name == "Ann"
    await say(browser, token, "more", client_id="c3", identity=make_token(name="Ann Lee"))
    assert (await read(road, message_id))[1].contact_name == "Ann Lee"


async def test_two_devices_that_begin_at_once_share_one_thread(road: Road, browser: Browser) -> None:
    desk, phone = await browser.get_token(), await browser.get_token()

    async def speak(line: Line, text: str) -> int:
        return int((await line.say(text, client_id=text))["message_id"])

    async with (
        browser.enter(desk, identity=sign("42")) as (one, _),
        browser.enter(phone, identity=sign("42")) as (other, _),
    ):
        first, second = await speak(one, "one"), await speak(other, "two")
        assert (await other.hear("message"))["text"] == "one"
        assert [each["type"] for each in other.skipped if each["type"] == "pass"] == ["pass"]
    assert (await read(road, first))[1].id == (await read(road, second))[1].id


async def test_empty_identity_leaves_no_trace(road: Road, browser: Browser) -> None:
    token = await browser.get_token()
    async with browser.enter(token, identity=sign("42")) as (_, welcome):
        assert welcome["messages"] == []
    assert await read_as_customer.find_conversation(road, "lyra", token.partition(".")[0]) is None
