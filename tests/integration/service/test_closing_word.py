"""A case is settled in private: the public thread gets one last word, where that is true and wanted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.connector import ErrorClass
from bot.domain.message import Kind
from bot.domain.staff import Staff
from bot.service.receive import receive
from bot.service.resolve import resolve
from bot.service.road import Road
from bot.service.staff_reply import Reply, send_reply, staff_reply
from tests.fakes.connector import rejected
from tests.fakes.public_channel import WEEK
from tests.integration.service.cases import Place, Wall, account, opened, place, posts, writes
from tests.integration.service.delivering import let_pass, make_due
from tests.integration.service.events import says
from tests.integration.service.people import add_agent

CLOSING = "We have looked into this in private, and it is settled. Thank you for telling us."


@pytest.fixture
def town(road: Road) -> Place:
    return place(road, account())


@pytest.fixture
async def mara(road: Road) -> Staff:
    return await add_agent(road, "Mara Lind")


async def answered_case(town: Place, mara: Staff) -> tuple[int, int]:
    """Let Ann complain in public, be moved, and be answered in private; returns both conversations."""
    town.connector.results = [opened()]
    public_id = await town.hear(posts("a person please"))
    private_id = await town.hear(writes("here I am"))
    await staff_reply(town.road, private_id, mara, "It is on its way.", key="k1")
    await town.send(private_id)
    return public_id, private_id


async def test_public_thread_gets_a_last_word_once_and_both_are_resolved(town: Place, mara: Staff) -> None:
    public_id, private_id = await answered_case(town, mara)
    await resolve(town.road, private_id, mara)
    await town.send(public_id)
    assert town.public()[-1] == CLOSING
    assert await town.statuses() == ["resolved", "resolved"]
    assert await town.entries() == []
    await resolve(town.road, public_id, mara)
    await town.send(public_id)
    assert town.public().count(CLOSING) == 1


async def test_answer_that_resolves_says_it_too(town: Place, mara: Staff) -> None:
    public_id, private_id = await answered_case(town, mara)
    await send_reply(town.road, private_id, mara, Reply(text="All done.", key="k2", resolves=True))
    await town.send(public_id)
    assert town.public()[-1] == CLOSING


async def test_staff_may_leave_it_out(town: Place, mara: Staff) -> None:
    public_id, private_id = await answered_case(town, mara)
    await resolve(town.road, private_id, mara, quietly=True)
    await town.send(public_id)
    assert CLOSING not in town.public()
    assert await town.statuses() == ["resolved", "resolved"]


async def test_nothing_is_said_under_a_post_that_is_gone(town: Place, mara: Staff) -> None:
    public_id, private_id = await answered_case(town, mara)
    gone = says("", event_id="gone-1", kind=Kind.DELETE, target_id="post-1")
    await receive(town.road, replace(gone, conversation_key="1:ann", surface=posts("").surface))
    await resolve(town.road, private_id, mara)
    await town.send(public_id)
    assert CLOSING not in town.public()


async def test_nothing_is_said_over_public_words_that_nobody_answered_there(town: Place, mara: Staff) -> None:
    public_id, private_id = await answered_case(town, mara)
    await town.hear(posts("still waiting!", event_id="post-2"))
    await resolve(town.road, private_id, mara)
    await town.send(public_id)
    assert CLOSING not in town.public()


async def test_nothing_is_said_where_the_platform_takes_nothing_any_more(road: Road, mara: Staff) -> None:
    wall = place(road, account(Wall))
    public_id = await wall.hear(posts("a person please"))
    private_id = await wall.hear(writes("here I am", sender="ann-in-private", word="post-1"))
    await let_pass(wall.road, public_id, WEEK + WEEK)
    await resolve(wall.road, private_id, mara)
    await wall.send(public_id)
    assert CLOSING not in wall.public()
    assert await wall.ask("SELECT attention FROM conversation WHERE attention IS NOT NULL") == []


async def test_nobody_is_told_of_a_private_message_that_was_refused_after_all_was_settled(
    town: Place, mara: Staff
) -> None:
    town.connector.results = [rejected(ErrorClass.TRANSIENT), rejected(ErrorClass.POLICY)]
    public_id = await town.hear(posts("a person please"))
    await resolve(town.road, public_id, mara)
    await make_due(town.road, public_id)
    await town.send(public_id)
    assert town.public() == []
    assert await town.statuses() == ["resolved"]
    assert await town.entries() == []


async def test_nothing_is_said_where_nobody_was_moved(town: Place, mara: Staff) -> None:
    public_id = await town.hear(posts("a person please"))
    await resolve(town.road, public_id, mara)
    await town.send(public_id)
    assert CLOSING not in town.public()


@pytest.mark.parametrize("public", [True, False])
async def test_next_word_reopens_its_thread_and_may_be_moved_again(
    town: Place, mara: Staff, *, public: bool
) -> None:
    public_id, private_id = await answered_case(town, mara)
    await resolve(town.road, private_id, mara)
    await town.send(public_id)
    town.connector.results = [opened()]
    await town.hear(posts("a person again!", event_id="post-9") if public else writes("thanks"))
    assert sorted(await town.statuses()) == (["queued", "queued"] if public else ["bot", "resolved"])
