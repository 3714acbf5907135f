from __future__ import annotations

import pytest

from bot.domain.conversation import Status
from bot.domain.message import Author, Content, Kind, Settled
from bot.domain.proposal import ProposalReason
from bot.domain.staff import Staff
from bot.errors import Conflict, UnknownConversation
from bot.service.add_note import add_note
from bot.service.answer import answer
from bot.service.deliver import deliver
from bot.service.give_back import give_back
from bot.service.receive import receive
from bot.service.resolve import resolve
from bot.service.road import Road
from bot.service.staff_reply import staff_reply
from bot.service.take import take
from bot.storage import conversations, handoffs, messages, proposals, queue
from tests.fakes.connector import scripted_connector
from tests.fakes.engine import PlainEngine
from tests.integration.service.delivering import answered
from tests.integration.service.events import says
from tests.integration.service.people import add_agent


@pytest.fixture
async def mara(road: Road) -> Staff:
    return await add_agent(road, "Mara Lind")


@pytest.fixture
async def tom(road: Road) -> Staff:
    return await add_agent(road, "Tom Ash")


@pytest.fixture
async def complaint(road: Road) -> int:
    """A conversation in the queue."""
    return await answered(road, says("a person please, my headphones broke"))


async def _status(road: Road, conversation_id: int) -> Status:
    async with road.database.read() as connection:
        found = await conversations.get_conversation(connection, conversation_id)
    assert found is not None
    return found.status


async def test_the_queue_shows_why_and_since_when(road: Road, complaint: int) -> None:
    async with road.database.read() as connection:
        (row,) = await queue.list_queue(connection)
    assert row.conversation_id == complaint
    assert row.handoff is not None
    assert row.handoff.reason == "asked_for_person"
    assert row.waiting_since is not None
    assert row.contact_name == "Ann"


async def test_staff_reply_takes_answers_and_leaves_by_the_same_door(
    road: Road, complaint: int, mara: Staff
) -> None:
    message = await staff_reply(road, complaint, mara, "I will replace them.", key="k1")
    assert (message.author, message.staff_name) == (Author.STAFF, "Mara Lind")
    assert await _status(road, complaint) is Status.HELD
    connector = scripted_connector()
    await deliver(road, {("webchat", "lyra"): connector}, complaint)
    assert connector.texts[-1] == "I will replace them."
    assert connector.sent[-1].author is Author.STAFF
    async with road.database.read() as connection:
        stored = await messages.list_messages(connection, complaint)
        (handoff,) = await handoffs.list_handoffs(connection, complaint)
    assert stored[0].settled is Settled.STAFF
    assert handoff.taken_by == mara.id
    assert [each.kind for each in stored if each.author is Author.SYSTEM] == [Kind.LINE]


async def test_the_same_key_says_it_once(road: Road, complaint: int, mara: Staff) -> None:
    first = await staff_reply(road, complaint, mara, "Hello", key="k1")
    again = await staff_reply(road, complaint, mara, "Hello", key="k1")
    assert first.id == again.id
    connector = scripted_connector()
    await deliver(road, {("webchat", "lyra"): connector}, complaint)
    assert connector.texts.count("Hello") == 1


async def test_nobody_answers_over_a_colleague(road: Road, complaint: int, mara: Staff, tom: Staff) -> None:
    await take(road, complaint, mara)
    with pytest.raises(Conflict, match="Mara Lind has this conversation now"):
        await staff_reply(road, complaint, tom, "Hi", key="k2")
    with pytest.raises(Conflict):
        await resolve(road, complaint, tom)


async def test_the_bot_is_silent_while_held_and_speaks_afterwards(
    road: Road, complaint: int, mara: Staff
) -> None:
    engine = PlainEngine()
    await staff_reply(road, complaint, mara, "Done.", key="k1")
    await receive(road, says("thanks"))
    assert await answer(road, engine, complaint) is None
    await staff_reply(road, complaint, mara, "You are welcome.", key="k2")
    await give_back(road, complaint, mara)
    assert await _status(road, complaint) is Status.BOT
    assert await answer(road, engine, complaint) is None  # nothing is left unanswered
    await receive(road, says("and how do I pair them"))
    answered = await answer(road, engine, complaint)
    assert answered is not None
    assert engine.heard == ["and how do I pair them"]


async def test_giving_back_lets_the_bot_answer_what_nobody_did(
    road: Road, complaint: int, mara: Staff
) -> None:
    engine = PlainEngine()
    await take(road, complaint, mara)
    await receive(road, says("what are your hours"))
    await give_back(road, complaint, mara)
    await answer(road, engine, complaint)
    assert engine.heard == ["what are your hours"]
    async with road.database.read() as connection:
        stored = await messages.list_messages(connection, complaint)
        assert await queue.list_queue(connection) == []
    assert stored[0].settled is Settled.NOT_NEEDED


async def test_resolved_opens_again_with_the_bot(road: Road, complaint: int, mara: Staff) -> None:
    await staff_reply(road, complaint, mara, "Done.", key="k1")
    await resolve(road, complaint, mara)
    assert await _status(road, complaint) is Status.RESOLVED
    await receive(road, says("one more thing"))
    assert await _status(road, complaint) is Status.BOT
    assert await answer(road, PlainEngine(), complaint) is not None


async def test_customers_never_see_notes(road: Road, complaint: int, mara: Staff) -> None:
    await add_note(road, complaint, mara, "third time this year", key="n1")
    connector = scripted_connector()
    await deliver(road, {("webchat", "lyra"): connector}, complaint)
    async with road.database.read() as connection:
        theirs = await messages.list_messages(connection, complaint, customer_view=True)
        ours = await messages.list_messages(connection, complaint)
    assert Content(text="third time this year") in [each.content for each in ours]
    assert Kind.NOTE not in [each.kind for each in theirs]
    assert "third time this year" not in connector.texts


async def test_what_a_person_had_to_answer_is_proposed_to_trainers(
    road: Road, complaint: int, mara: Staff
) -> None:
    await staff_reply(road, complaint, mara, "Sorry.", key="k1")
    async with road.database.read() as connection:
        (proposal,) = await proposals.list_proposals(connection)
    assert proposal.reason is ProposalReason.STAFF_ANSWERED
    assert proposal.text == "a person please, my headphones broke"


async def test_an_unknown_conversation_is_refused(road: Road, mara: Staff) -> None:
    with pytest.raises(UnknownConversation):
        await staff_reply(road, 999, mara, "Hello", key="k1")
