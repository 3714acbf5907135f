"""Public posts that ask for nothing are settled with the reason; all others are answered as ever."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from typing_extensions import override

from bot.domain.conversation import Surface
from bot.domain.message import Attachment, Content, Kind
from bot.domain.pipeline import DeskSpec, PublicPosts
from bot.domain.staff import Role
from bot.domain.understanding import Understanding
from bot.errors import EngineError, LeaseLost
from bot.service.add_staff import add_staff
from bot.service.metrics import LEFT_ALONE
from bot.service.receive import receive
from bot.service.take import take
from bot.storage import left_alone, turns
from tests.integration.service.events import says
from tests.integration.service.public_posts import (
    BROKEN,
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


@pytest.fixture
async def mara(road: Road) -> Staff:
    """Somebody at the desk."""
    return await add_staff(
        road, email="m@x.example", name="Mara", password="correct horse", roles={Role.AGENT}
    )


async def test_passing_mention_gets_no_reply_and_its_reason_is_kept(road: Road) -> None:
    before = LEFT_ALONE.labels("in_passing")._value.get()
    answered = await hear(road, posts(PASSING))
    assert answered is not None
    assert (answered.reply_ids, answered.handed_off, answered.more) == ((), False, False)
    (found,) = await list_left(road)
    assert (found.note.reason, found.text, found.contact_name) == ("in_passing", PASSING, "Ann")
    assert await fetch(road, "SELECT status, answer_due_at, answer_leased_until FROM conversation") == [
        ("bot", None, None)
    ]
    assert await fetch(road, "SELECT count(*) FROM tracker") == [(0,)]
    assert await fetch(road, "SELECT count(*) FROM outbox") == [(0,)]
    assert await fetch(road, "SELECT count(*) FROM handoff") == [(0,)]
    assert await count_ledger(road) == (1, 0, 0, 0, 1)
    assert LEFT_ALONE.labels("in_passing")._value.get() == before + 1


@pytest.mark.parametrize(("addressed", "left"), [("comment", True), ("mention", False)])
async def test_what_cannot_be_read_in_public_is_left_alone_among_comments(
    road: Road, addressed: str, *, left: bool
) -> None:
    answered = await hear(road, replace(posts("", addressed=addressed), kind=Kind.UNSUPPORTED))
    assert answered is not None
    assert bool(answered.reply_ids) is not left
    assert [each.note.reason for each in await list_left(road)] == ["unsupported"] * left


async def test_complaint_is_answered(road: Road) -> None:
    answered = await hear(road, posts(BROKEN))
    assert answered is not None
    assert len(answered.reply_ids) == 1
    assert await list_left(road) == []
    assert await count_ledger(road) == (1, 1, 0, 0, 0)


async def test_comment_that_names_the_account_speaks_to_nobody_else(road: Road) -> None:
    for sender, text, replies in (
        ("ann", "@lyra any plans for spring", 1),
        ("bob", "@bea any plans for spring", 0),
    ):
        answered = await hear(road, posts(text, sender=sender, addressed="comment"))
        assert answered is not None
        assert len(answered.reply_ids) == replies, text


async def test_burst_is_answered_whole_where_one_of_it_asks(road: Road) -> None:
    answered = await hear(road, posts(PASSING), posts("how do I wash them"))
    assert answered is not None
    assert len(answered.reply_ids) == 1
    assert await count_ledger(road) == (2, 2, 0, 0, 0)


async def test_burst_without_a_question_is_left_alone_message_by_message(road: Road) -> None:
    await hear(road, posts(PASSING), posts("\U0001f60d"))
    assert [found.note.reason for found in await list_left(road)] == ["no_words", "in_passing"]
    assert await count_ledger(road) == (2, 0, 0, 0, 2)


async def test_who_complains_after_being_left_alone_is_answered_and_thanks_then_too(road: Road) -> None:
    for text, replies in ((PASSING, 0), (BROKEN, 1), ("thanks a lot", 1)):
        answered = await hear(road, posts(text))
        assert answered is not None
        assert len(answered.reply_ids) == replies, text


@pytest.mark.parametrize(("words", "replies"), [("they broke after two days", 1), ("off to the sea", 0)])
async def test_post_that_its_author_changes_is_judged_anew(road: Road, words: str, replies: int) -> None:
    post = posts(PASSING)
    await hear(road, post)
    edit = replace(posts(f"{PASSING}, {words}"), kind=Kind.EDIT, target_id=post.event_id, revision=1)
    answered = await hear(road, edit)
    assert answered is not None
    assert len(answered.reply_ids) == replies
    assert len(await list_left(road)) == 1 - replies
    assert await fetch(road, "SELECT answer_due_at FROM conversation") == [(None,)]
    assert await count_ledger(road) == (1, replies, 0, 0, 1 - replies)


async def test_nobody_is_left_alone_in_private_or_in_a_group(road: Road) -> None:
    for sender, surface in (("ann", Surface.DIRECT), ("bob", Surface.GROUP)):
        answered = await hear(road, replace(posts(PASSING, sender=sender), surface=surface))
        assert answered is not None
        assert len(answered.reply_ids) == 1


async def test_direct_message_is_not_read_twice(road: Road) -> None:
    engine = ReadingEngine()
    await hear(road, says(PASSING), engine=engine)
    assert engine.read == []


async def test_every_post_is_answered_where_the_brand_wants_it(road: Road) -> None:
    everything = replace(road, desk=DeskSpec(public_posts=PublicPosts.ALL))
    answered = await hear(everything, posts(PASSING))
    assert answered is not None
    assert len(answered.reply_ids) == 1


async def test_picture_and_button_are_answered(road: Road) -> None:
    shown = replace(
        posts("", sender="bob"),
        kind=Kind.MEDIA,
        content=Content(attachments=(Attachment(kind="image", ref="r"),)),
    )
    pressed = replace(posts(PASSING, sender="cem"), kind=Kind.POSTBACK)
    for event in (shown, pressed):
        answered = await hear(road, event)
        assert answered is not None
        assert len(answered.reply_ids) == 1


async def test_post_that_cannot_be_understood_is_answered(road: Road) -> None:
    class Broken(ReadingEngine):
        @override
        async def parse(self, text: str) -> Understanding:
            raise EngineError("no model")

    answered = await hear(road, posts(PASSING), engine=Broken())
    assert answered is not None
    assert len(answered.reply_ids) == 1


async def test_person_who_takes_it_meanwhile_wins(road: Road, mara: Staff) -> None:
    class Interrupted(ReadingEngine):
        @override
        async def parse(self, text: str) -> Understanding:
            ((conversation_id,),) = await fetch(road, "SELECT id FROM conversation")
            assert isinstance(conversation_id, int)
            await take(road, conversation_id, mara)
            return await super().parse(text)

    with pytest.raises(LeaseLost):
        await hear(road, posts(PASSING), engine=Interrupted())
    assert await list_left(road) == []
    assert await count_ledger(road) == (1, 0, 0, 1, 0)


async def test_worker_whose_lease_ran_out_settles_nothing(road: Road) -> None:
    received = await receive(road, posts(PASSING))
    assert received.conversation_id is not None
    async with road.database.direct() as connection:
        late = await turns.claim_turn(connection, received.conversation_id, lease=-road.lease)
        assert late is not None
        assert await turns.claim_turn(connection, received.conversation_id, lease=road.lease)
        with pytest.raises(LeaseLost):
            await left_alone.leave_messages(connection, late, [])


async def test_what_many_write_word_by_word_is_left_alone(road: Road) -> None:
    text = "saluti dal mare di oggi amici"
    counts = []
    for number in range(5):
        answered = await hear(road, posts(text, sender=f"fan{number}", addressed="comment"))
        assert answered is not None
        counts.append(len(answered.reply_ids))
    assert counts == [1, 1, 1, 0, 0]
    assert {found.note.reason for found in await list_left(road)} == {"repeated"}
