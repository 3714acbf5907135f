"""A public thread and the private one it was moved to: one case, one place in the queue, one holder."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.domain.message import Content, Kind
from bot.domain.staff import Staff
from bot.errors import Conflict
from bot.service.give_back import give_back
from bot.service.list_queue import list_queue
from bot.service.receive import receive
from bot.service.resolve import resolve
from bot.service.road import Road
from bot.service.staff_reply import staff_reply
from bot.service.take import take
from tests.integration.service.cases import Place, Wall, account, opened, place, posts, writes
from tests.integration.service.events import says
from tests.integration.service.people import add_agent


@pytest.fixture
def town(road: Road) -> Place:
    return place(road, account())


@pytest.fixture
async def mara(road: Road) -> Staff:
    return await add_agent(road, "Mara Lind")


async def begin(town: Place, words: str = "a person please", key: str = "ann") -> tuple[int, int]:
    """Let Ann complain in public and answer in private; returns both conversations."""
    town.connector.results = [opened(key)]
    public_id = await town.hear(posts(words))
    return public_id, await town.hear(writes("here I am", sender=key))


async def test_private_words_of_a_queued_case_go_straight_to_staff(town: Place) -> None:
    public_id, private_id = await begin(town)
    assert await town.statuses() == ["queued", "queued"]
    assert [each.conversation_id for each in await town.entries()] == [private_id]
    assert town.alone() == ["1: a person please"]  # nobody said hello once more
    link = await town.link_of(public_id)
    assert link is not None
    assert (link.private_id, link.doubt) == (private_id, False)


async def test_case_is_one_row_and_its_deadline_is_the_one_that_was_promised(town: Place) -> None:
    town.connector.results = [opened()]
    await town.hear(posts("a person please"))
    (before,) = await town.entries()
    private_id = await town.hear(writes("here I am"))
    (after,) = await town.entries()
    assert (after.deadline_at, after.created_at) == (before.deadline_at, before.created_at)
    assert [each.row.conversation_id for each in await list_queue(town.road)] == [private_id]
    timers = await town.ask("SELECT conversation_id FROM timer WHERE done_at IS NULL")
    assert timers == [str(private_id)]


@pytest.mark.parametrize("side", [0, 1])
async def test_who_takes_one_thread_has_both_and_the_bot_is_silent_in_both(
    town: Place, mara: Staff, side: int
) -> None:
    both = await begin(town)
    await take(town.road, both[side], mara)
    assert await town.statuses() == ["held", "held"]
    sent = len(town.connector.sent)
    await town.hear(posts("hello?", event_id="post-2"))
    await town.hear(writes("hello?"))
    assert len(town.connector.sent) == sent


async def test_case_that_staff_have_taken_already_is_theirs_in_private_too(town: Place, mara: Staff) -> None:
    town.connector.results = [opened()]
    public_id = await town.hear(posts("a person please"))
    await take(town.road, public_id, mara)
    private_id = await town.hear(writes("here I am"))
    assert await town.statuses() == ["held", "held"]
    assert await town.ask("SELECT count(DISTINCT staff_id) FROM conversation") == ["1"]
    await staff_reply(town.road, private_id, mara, "Hello Ann", key="k1")
    await town.send(private_id)
    assert town.alone()[-1] == "Hello Ann"


async def test_question_is_answered_in_private_where_the_bot_goes_on(town: Place) -> None:
    await begin(town, "where is my order?")
    assert await town.statuses() == ["bot", "bot"]
    assert town.alone() == ["1: where is my order?", "2: here I am"]  # it knows of the first turn


async def test_question_goes_on_in_a_private_thread_that_there_was_before(town: Place) -> None:
    await town.hear(writes("hello"))
    await town.hear(posts("one"))
    town.connector.results = [opened()]
    await town.hear(posts("where is my order?", event_id="post-2"))
    await town.hear(writes("1234"))
    assert town.alone()[-1] == "3: 1234"  # it knows of both turns in public


async def test_post_in_a_thread_that_goes_on_in_private_is_not_left_alone(town: Place) -> None:
    await begin(town, "where is my order?")  # its memory went over to the private thread
    await town.hear(posts("👍👍", event_id="post-2"))
    assert town.public()[-1].endswith(": 👍👍")
    assert await town.ask("SELECT message_id FROM left_alone") == []


async def test_question_that_waits_for_who_comes_by_the_link_is_asked_there(road: Road) -> None:
    wall = place(road, account(Wall))
    await wall.hear(posts("where is my order?"))
    await wall.hear(writes("/start", sender="ann-in-private", word="post-1"))
    assert wall.alone() == ["1: where is my order?"]
    await wall.hear(writes("1234", sender="ann-in-private"))
    assert wall.alone()[1:] == ["2: 1234"]
    assert await wall.ask("SELECT count(*) FROM message WHERE settled = 'waiting'") == ["0"]


async def test_who_comes_by_the_link_under_another_id_is_taken_with_doubt(road: Road) -> None:
    wall = place(road, account(Wall))
    public_id = await wall.hear(posts("a person please"))
    await wall.hear(writes("hi", sender="ann-in-private", word="post-1"))
    link = await wall.link_of(public_id)
    assert link is not None
    assert link.doubt


async def test_second_who_comes_by_the_same_link_begins_a_matter_of_their_own(road: Road) -> None:
    wall = place(road, account(Wall))
    await wall.hear(posts("a person please"))
    await wall.hear(writes("hi", sender="ann-in-private", word="post-1"))
    await wall.hear(writes("hi", sender="eve", word="post-1"))
    assert await wall.statuses() == ["queued", "queued", "bot"]


async def test_link_opens_nobody_elses_case_where_ids_tell_people_apart(town: Place) -> None:
    town.connector.results = [opened("ann")]
    await town.hear(posts("a person please"))
    await town.hear(writes("hi", sender="eve", word="post-1"))
    assert await town.statuses() == ["queued", "bot"]
    assert await town.ask("SELECT count(*) FROM thread_link WHERE private_id IS NULL") == ["1"]


async def test_private_message_that_is_faster_than_the_answer_to_the_send_is_linked(town: Place) -> None:
    town.connector.results = [opened("psid-9")]
    town.connector.hold()
    sending = asyncio.create_task(town.hear(posts("a person please")))
    await town.connector.wait_sending()
    private_id = (await receive(town.road, writes("got it", sender="psid-9"))).conversation_id
    assert await town.statuses() == ["queued", "bot"]
    town.connector.go_on()
    public_id = await sending
    link = await town.link_of(public_id)
    assert link is not None
    assert link.private_id == private_id
    assert await town.statuses() == ["queued", "queued"]


async def test_courier_that_died_before_it_linked_is_made_good_by_the_clock(town: Place) -> None:
    public_id, private_id = await begin(town)
    await town.ask("UPDATE thread_link SET private_id = NULL RETURNING 1")
    await town.ask(f"UPDATE conversation SET status = 'bot' WHERE id = {private_id} RETURNING 1")
    await town.sweep()
    await town.sweep()
    link = await town.link_of(public_id)
    assert link is not None
    assert link.private_id == private_id
    assert await town.statuses() == ["queued", "queued"]


async def test_handoff_in_either_thread_brings_the_other_to_staff(town: Place) -> None:
    _, private_id = await begin(town, "where is my order?")
    await town.hear(posts("a person!", event_id="post-2"))
    assert await town.statuses() == ["queued", "queued"]
    assert [each.conversation_id for each in await town.entries()] == [private_id]


async def test_words_in_both_threads_at_once_are_one_case_and_nobody_waits_for_ever(town: Place) -> None:
    await begin(town, "where is my order?")
    events = [
        event
        for number in range(6)
        for event in (
            posts(f"a person {number}", event_id=f"more-{number}"),
            writes(f"a person {number}"),
        )
    ]
    async with asyncio.timeout(30):
        await asyncio.gather(*(town.hear(event) for event in events))
    await town.sweep()
    assert await town.statuses() == ["queued", "queued"]
    assert len(await town.entries()) == 1


async def test_two_first_messages_at_once_link_once(town: Place) -> None:
    town.connector.results = [opened()]
    await town.hear(posts("a person please"))
    async with asyncio.timeout(30):
        await asyncio.gather(*(receive(town.road, writes(f"word {number}")) for number in range(8)))
    assert await town.statuses() == ["queued", "queued"]
    assert await town.ask("SELECT count(*) FROM message WHERE author = 'contact'") == ["9"]


async def test_given_back_both_are_the_bots_and_what_waited_in_both_is_answered(
    town: Place, mara: Staff
) -> None:
    public_id, private_id = await begin(town)
    await take(town.road, private_id, mara)
    await town.hear(posts("are you open?", event_id="post-2"))
    await give_back(town.road, private_id, mara)
    assert await town.statuses() == ["bot", "bot"]
    assert await town.entries() == []
    assert await town.ask("SELECT count(*) FROM conversation WHERE answer_due_at IS NOT NULL") == ["2"]
    assert public_id != private_id


async def test_words_unread_in_the_other_thread_keep_a_case_open(town: Place, mara: Staff) -> None:
    _, private_id = await begin(town)
    await take(town.road, private_id, mara)
    seen = (await town.said(private_id))[-1].id
    await town.hear(posts("and in public!", event_id="post-2"))
    with pytest.raises(Conflict, match="wrote again"):
        await resolve(town.road, private_id, mara, seen=seen)
    assert await town.statuses() == ["held", "held"]


async def test_staffs_answer_in_one_thread_answers_what_waited_in_both(town: Place, mara: Staff) -> None:
    _, private_id = await begin(town)
    await town.hear(posts("hello??", event_id="post-2"))
    await staff_reply(town.road, private_id, mara, "I am here.", key="k1")
    assert await town.ask("SELECT count(*) FROM message WHERE settled = 'waiting'") == ["0"]


@pytest.mark.parametrize("native_id", ["n1", "unheard-of"])
async def test_echo_of_a_private_reply_is_no_persons_word(town: Place, native_id: str) -> None:
    town.connector.results = [opened("psid-9")]
    if native_id != "n1":  # the platform has told it before it answered the send
        town.connector.results = [OSError("the line broke")]
    await town.hear(posts("a person please"))
    echo = replace(says("1: a person please", sender="psid-9", event_id=native_id), kind=Kind.ECHO)
    received = await receive(town.road, echo)
    assert received.duplicate
    assert await town.statuses() == ["queued"]
    await receive(town.road, replace(echo, event_id="m-7", content=Content(text="A person here.")))
    assert await town.statuses() == ["queued", "held"]
