"""A person at the desk has a public post answered that was left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain.staff import Role
from bot.errors import Conflict, UnknownConversation
from bot.service.add_staff import add_staff
from bot.service.answer import answer
from bot.service.answer_anyway import answer_anyway
from bot.service.give_back import give_back
from bot.service.resolve import resolve
from bot.service.staff_reply import staff_reply
from bot.service.take import take
from tests.integration.service.public_posts import (
    PASSING,
    ReadingEngine,
    count_ledger,
    fetch,
    hear,
    list_left,
    posts,
)

if TYPE_CHECKING:
    from bot.domain.staff import Staff
    from bot.service.road import Road


async def hire(road: Road, name: str) -> Staff:
    email = f"{name.lower()}@lyra.example"
    return await add_staff(road, email=email, name=name, password="correct horse", roles={Role.AGENT})


@pytest.fixture
async def mara(road: Road) -> Staff:
    """Somebody at the desk."""
    return await hire(road, "Mara")


async def test_person_answers_after_all(road: Road, mara: Staff) -> None:
    await hear(road, posts(PASSING))
    (found,) = await list_left(road)
    assert await answer_anyway(road, found.note.message_id, mara) == found.conversation_id
    assert await count_ledger(road) == (1, 0, 0, 1, 0)
    assert await fetch(road, "SELECT status, staff_id FROM conversation") == [("held", mara.id)]
    assert await fetch(road, "SELECT count(*) FROM handoff") == [(0,)]  # nobody was promised anything
    (found,) = await list_left(road)
    assert found.overruled_by == "Mara"
    await staff_reply(road, found.conversation_id, mara, "Good luck!", key="k")
    assert await count_ledger(road) == (1, 0, 1, 0, 0)


async def test_bot_answers_what_a_person_wanted_answered(road: Road, mara: Staff) -> None:
    await hear(road, posts(PASSING))
    (found,) = await list_left(road)
    await answer_anyway(road, found.note.message_id, mara)
    await give_back(road, found.conversation_id, mara)
    answered = await answer(road, ReadingEngine(), found.conversation_id)
    assert answered is not None
    assert len(answered.reply_ids) == 1
    assert await count_ledger(road) == (1, 1, 0, 0, 0)


async def test_who_spoke_with_a_person_there_is_not_left_alone_later(road: Road, mara: Staff) -> None:
    await hear(road, posts(PASSING))
    (found,) = await list_left(road)
    await answer_anyway(road, found.note.message_id, mara)
    await staff_reply(road, found.conversation_id, mara, "Which shoes are they?", key="k")
    await resolve(road, found.conversation_id, mara)
    answered = await hear(road, posts("the ones on the shelf by the window"))
    assert answered is not None
    assert len(answered.reply_ids) == 1
    again = await hear(road, posts("they are on the shelf by the window", addressed="comment"))
    assert again is not None
    assert len(again.reply_ids) == 1


async def test_overruling_twice_changes_nothing_more(road: Road, mara: Staff) -> None:
    await hear(road, posts(PASSING))
    (found,) = await list_left(road)
    await answer_anyway(road, found.note.message_id, mara)
    await staff_reply(road, found.conversation_id, mara, "Good luck!", key="k")
    await answer_anyway(road, found.note.message_id, mara)
    assert await count_ledger(road) == (1, 0, 1, 0, 0)


async def test_nobody_answers_over_a_colleague(road: Road, mara: Staff) -> None:
    await hear(road, posts(PASSING))
    (found,) = await list_left(road)
    tim = await hire(road, "Tim")
    await take(road, found.conversation_id, tim)
    with pytest.raises(Conflict):
        await answer_anyway(road, found.note.message_id, mara)
    assert (await list_left(road))[0].overruled_at is None


async def test_message_that_was_not_left_alone_is_refused(road: Road, mara: Staff) -> None:
    with pytest.raises(UnknownConversation):
        await answer_anyway(road, 12345, mara)
