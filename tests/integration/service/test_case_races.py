"""What two do to one case at the same moment, or half of which was done when a process died."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.connector import ErrorClass
from bot.desk.promise import PROMISE
from bot.domain.staff import Staff
from bot.errors import Conflict
from bot.service.answer import answer
from bot.service.erase_contact import erase_contacts
from bot.service.receive import receive
from bot.service.resolve import resolve
from bot.service.road import Road
from bot.service.staff_reply import Reply, send_reply, staff_reply
from bot.service.take import take
from bot.storage import cases
from bot.storage.files import FileStore
from tests.fakes.connector import rejected
from tests.fakes.engine import PlainEngine
from tests.integration.service.cases import MOVED, Place, account, opened, place, posts, writes
from tests.integration.service.delivering import make_due
from tests.integration.service.people import add_agent

if TYPE_CHECKING:
    from bot.storage.database import Database


@pytest.fixture
def town(road: Road) -> Place:
    return place(road, account())


@pytest.fixture
async def mara(road: Road) -> Staff:
    return await add_agent(road, "Mara Lind")


@pytest.fixture
async def tim(road: Road) -> Staff:
    return await add_agent(road, "Tim Holm")


async def begin(town: Place, words: str = "a person please") -> tuple[int, int]:
    """Let Ann write in public and answer in private; returns both conversations."""
    town.connector.results = [opened()]
    return await town.hear(posts(words)), await town.hear(writes("here I am"))


async def wait_for_lock(database: Database, waiters: int = 1) -> None:
    """Return when so many wait for a row that another has."""
    async with asyncio.timeout(30):
        while True:
            async with database.read() as connection:
                waiting = await connection.exec_driver_sql(
                    "SELECT count(*) FROM pg_stat_activity"
                    " WHERE wait_event_type = 'Lock' AND datname = current_database()"
                )
                if waiting.scalar_one() >= waiters:
                    return
            await asyncio.sleep(0.02)


async def give_private_to(town: Place, private_id: int, staff: Staff) -> None:
    """Leave a case as a process does that dies before both threads have one holder."""
    await town.ask(
        f"UPDATE conversation SET status = 'held', staff_id = {staff.id} WHERE id = {private_id} RETURNING 1"
    )


async def test_who_holds_one_thread_is_found_to_hold_the_queued_other(town: Place, mara: Staff) -> None:
    public_id, _ = await begin(town)
    await give_private_to(town, public_id, mara)
    await town.sweep()
    assert await town.statuses() == ["held", "held"]
    assert await town.ask("SELECT DISTINCT staff_id FROM conversation") == [str(mara.id)]


async def test_nobody_closes_takes_or_answers_over_a_colleague_who_has_the_other_thread(
    town: Place, mara: Staff, tim: Staff
) -> None:
    public_id, private_id = await begin(town)
    await give_private_to(town, private_id, mara)
    with pytest.raises(Conflict, match="Mara Lind has"):
        await resolve(town.road, public_id, tim)
    with pytest.raises(Conflict, match="Mara Lind has"):
        await take(town.road, public_id, tim)
    with pytest.raises(Conflict, match="Mara Lind has"):
        await staff_reply(town.road, public_id, tim, "Hello", key="k1")
    assert await town.statuses() == ["queued", "held"]


async def test_two_who_had_a_thread_each_before_they_were_one_case_both_may_answer_there(
    town: Place, mara: Staff, tim: Staff
) -> None:
    public_id, private_id = await begin(town)
    await give_private_to(town, private_id, mara)
    await give_private_to(town, public_id, tim)
    await staff_reply(town.road, public_id, tim, "Hello", key="k1")
    with pytest.raises(Conflict, match="Mara Lind has"):
        await resolve(town.road, public_id, tim)
    with pytest.raises(Conflict, match="Mara Lind has"):
        await send_reply(town.road, public_id, tim, Reply(text="Bye", key="k2", resolves=True))
    assert await town.statuses() == ["held", "held"]


async def test_two_who_take_both_threads_while_these_become_one_case_do_not_wait_for_each_other(
    town: Place, mara: Staff, tim: Staff
) -> None:
    public_id, private_id = await begin(town)
    (link_id,) = await town.ask(
        "UPDATE thread_link SET private_id = NULL, joined_at = NULL, private_key = NULL RETURNING id"
    )
    async with town.road.database.begin() as connection:
        await cases.lock_rows(connection, public_id, private_id)
        taking = [
            asyncio.create_task(take(town.road, each, staff))
            for each, staff in ((public_id, mara), (private_id, tim))
        ]
        await wait_for_lock(town.road.database, waiters=2)  # both have looked, and saw no case
        assert await cases.join(connection, int(link_id), private_id, doubt=False)
    ends = await asyncio.gather(*taking, return_exceptions=True)
    (refused,) = [end for end in ends if end is not None]
    assert isinstance(refused, Conflict), refused
    assert await town.statuses() == ["held", "held"]
    assert len(await town.ask("SELECT DISTINCT staff_id FROM conversation")) == 1


async def test_deadline_that_was_promised_in_public_is_watched_where_it_goes_on(town: Place) -> None:
    public_id, private_id = await begin(town, "where is my order?")
    await town.hear(writes("a person please"))
    await town.ask(
        "WITH a AS (UPDATE handoff SET deadline_at = deadline_at + interval '1 day'),"
        " b AS (UPDATE timer SET due_at = due_at + interval '1 day') SELECT 1"
    )
    await town.ask(f"UPDATE conversation SET status = 'bot' WHERE id = {public_id} RETURNING 1")
    await town.hear(posts("a person!", event_id="post-2"))
    (entry,) = await town.entries()
    assert entry.conversation_id == private_id
    watched = await town.ask(
        "SELECT count(*) FROM timer t JOIN handoff h USING (conversation_id)"
        " WHERE t.done_at IS NULL AND h.closed_at IS NULL AND t.due_at = h.deadline_at"
    )
    assert watched == ["1"]
    assert entry.deadline_at - town.road.now() < timedelta(days=1)


async def test_promise_in_public_leaves_though_its_entry_went_over_to_the_private_thread(
    town: Place, mara: Staff
) -> None:
    _, private_id = await begin(town, "where is my order?")
    received = await receive(town.road, posts("a person!", event_id="post-2"))
    assert received.conversation_id is not None
    await answer(town.road, PlainEngine(), received.conversation_id)
    await take(town.road, private_id, mara)
    await town.send(received.conversation_id)
    assert town.public()[-1] == f"{MOVED} A person on our team will answer you there."


@pytest.mark.parametrize("words", ["a person please", "where is my order?"])
async def test_promise_that_a_refused_private_message_became_leaves_once_though_a_person_came_first(
    town: Place, mara: Staff, words: str
) -> None:
    busy = rejected(ErrorClass.TRANSIENT)
    town.connector.link, town.connector.results = None, [rejected(ErrorClass.POLICY), busy]
    public_id = await town.hear(posts(words))
    await staff_reply(town.road, public_id, mara, "Here I am.", key="k1")
    await make_due(town.road, public_id)
    await town.send(public_id)
    assert town.public() == [PROMISE, PROMISE, "Here I am."]  # the first did not get through
    assert [each.delivery for each in await town.said(public_id) if each.content.text == PROMISE] == ["sent"]
    assert len(await town.entries()) == 1


async def test_eraser_and_a_turn_that_moves_a_thread_do_not_wait_for_each_other(
    town: Place, files: FileStore
) -> None:
    public_id = await town.hear(posts("hello"))
    (contact_id,) = await town.ask("SELECT contact_id FROM conversation")
    async with town.road.database.begin() as connection:
        await cases.lock_rows(connection, public_id)
        erasing = asyncio.create_task(erase_contacts(town.road, files, [int(contact_id)], None))
        await wait_for_lock(town.road.database)
        await connection.exec_driver_sql(
            "INSERT INTO thread_link (account_id, contact_id, public_id, began_id, how)"
            " SELECT c.account_id, c.contact_id, c.id, m.id, 'link'"
            " FROM conversation c JOIN message m ON m.conversation_id = c.id AND m.seq = 1"
        )
    await erasing
    assert await town.ask("SELECT count(*) FROM thread_link") == ["0"]


async def test_private_reply_that_arrives_after_its_author_was_erased_leaves_no_trace(
    town: Place, files: FileStore
) -> None:
    town.connector.results = [opened("psid-9")]
    town.connector.hold()
    sending = asyncio.create_task(town.hear(posts("a person please")))
    await town.connector.wait_sending()
    (contact_id,) = await town.ask("SELECT contact_id FROM conversation")
    await erase_contacts(town.road, files, [int(contact_id)], None)
    town.connector.go_on()
    await asyncio.gather(sending, return_exceptions=True)
    assert await town.ask("SELECT private_key FROM thread_link") == []
