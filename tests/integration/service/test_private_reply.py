"""What staff say to the author of a public post alone: where allowed, as often as allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.connector import ReplyMode
from bot.domain.message import Author
from bot.errors import Conflict
from bot.service.deliver import deliver
from bot.service.staff_reply import Reply, send_reply
from bot.storage import messages
from tests.fakes.public_channel import WEEK, PublicConnector, posts, public_connector
from tests.integration.service.delivering import answered, let_pass, make_due, states_of
from tests.integration.service.events import says
from tests.integration.service.people import add_agent

if TYPE_CHECKING:
    from bot.domain.message import Message
    from bot.domain.staff import Staff
    from bot.service.road import Road


@pytest.fixture
async def mara(road: Road) -> Staff:
    return await add_agent(road, "Mara Lind")


@pytest.fixture
def connector() -> PublicConnector:
    return public_connector()


async def whisper(
    road: Road, conversation_id: int, staff: Staff, connector: PublicConnector, key: str
) -> Message:
    reply = Reply(text=f"Only you: {key}", key=key, private=True)
    return await send_reply(road, conversation_id, staff, reply, connectors={("webchat", "lyra"): connector})


async def send_all(road: Road, conversation_id: int, connector: PublicConnector) -> None:
    await make_due(road, conversation_id)
    await deliver(road, {("webchat", "lyra"): connector}, conversation_id)


async def test_private_reply_leaves_for_its_author_alone(
    road: Road, mara: Staff, connector: PublicConnector
) -> None:
    conversation_id = await answered(road, posts("a person please"))
    await whisper(road, conversation_id, mara, connector, "k1")
    await send_all(road, conversation_id, connector)
    assert [sent.mode for sent in connector.sent] == [ReplyMode.REPLY, ReplyMode.PRIVATE]


async def test_second_private_reply_is_refused_in_words_until_they_post_again(
    road: Road, mara: Staff, connector: PublicConnector
) -> None:
    conversation_id = await answered(road, posts("a person please"))
    first = await whisper(road, conversation_id, mara, connector, "k1")
    assert (await whisper(road, conversation_id, mara, connector, "k1")).id == first.id
    with pytest.raises(Conflict, match=r"in private once.*public answer"):
        await whisper(road, conversation_id, mara, connector, "k2")
    await answered(road, posts("still a person please"))
    await whisper(road, conversation_id, mara, connector, "k3")
    said = await states_of(road, conversation_id, Author.STAFF)
    assert [text for text, _ in said] == ["Only you: k1", "Only you: k3"]


async def test_two_private_replies_said_at_once_leave_once(
    road: Road, mara: Staff, connector: PublicConnector
) -> None:
    conversation_id = await answered(road, posts("a person please"))
    for key in ("k1", "k2"):  # as where the account was off, and nobody knew its rules
        await send_reply(road, conversation_id, mara, Reply(text=key, key=key, private=True))
    await send_all(road, conversation_id, connector)
    assert [sent.content.text for sent in connector.sent if sent.mode is ReplyMode.PRIVATE] == ["k1"]
    async with road.database.read() as connection:
        stored = await messages.list_messages(connection, conversation_id)
    assert "once" in str(stored[-1].delivery_error)


async def test_what_the_platform_would_refuse_is_refused_before_it_is_said(
    road: Road, mara: Staff, connector: PublicConnector
) -> None:
    public = await answered(road, posts("a person please"))
    direct = await answered(road, says("a person please", sender="bob"))
    with pytest.raises(Conflict, match="no private answer"):
        await whisper(road, direct, mara, connector, "k1")
    for conversation_id in (public, direct):
        await let_pass(road, conversation_id, WEEK + WEEK)
    with pytest.raises(Conflict, match="A public answer with a link is still allowed"):
        await whisper(road, public, mara, connector, "k1")
    connectors = {("webchat", "lyra"): connector}
    with pytest.raises(Conflict, match="opens again when the customer writes"):
        await send_reply(road, direct, mara, Reply(text="Hello", key="k2"), connectors=connectors)
    await send_reply(road, public, mara, Reply(text="Hello", key="k3"), connectors=connectors)
    assert await states_of(road, direct, Author.STAFF) == []
