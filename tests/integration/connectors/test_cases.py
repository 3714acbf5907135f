"""A complaint in public, moved to private as each platform allows, on the whole road: one case, told once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain.case import CaseWords
from bot.service.resolve import resolve
from bot.service.staff_reply import staff_reply
from tests.integration.connectors.case_stages import ANSWERS_IN_PRIVATE, LEADS_BY_LINK, x_with_fake
from tests.integration.service.people import add_agent

if TYPE_CHECKING:
    from bot.domain.staff import Staff
    from bot.service.road import Road
    from tests.integration.connectors.case_scene import Scene, Stage

WORDS = CaseWords()
COMPLAINT = "a person please, it smokes"
MOVED = f"{WORDS.sorry} {WORDS.moved}"

on_all_that_answer_in_private = pytest.mark.parametrize(
    "stage", ANSWERS_IN_PRIVATE.values(), ids=ANSWERS_IN_PRIVATE
)
on_all = pytest.mark.parametrize("stage", LEADS_BY_LINK.values(), ids=LEADS_BY_LINK)


@pytest.fixture
async def mara(road: Road) -> Staff:
    return await add_agent(road, "Mara Lind")


async def settle_in_private(scene: Scene, mara: Staff) -> None:
    """Let staff answer in private and resolve the case: both threads end, the public one with a word."""
    private_id = await scene.private_id()
    await staff_reply(scene.road, private_id, mara, "It is on its way.", key="k1")
    assert (await scene.settled())[-1] == ("private", "It is on its way.")
    await resolve(scene.road, private_id, mara)
    heard = await scene.settled()
    assert heard[-1] == ("public", WORDS.closing)
    assert await scene.holders() == {"public": "resolved", "private": "resolved"}
    assert await scene.waiting() == []
    await resolve(scene.road, await scene.public_id(), mara)
    await scene.again()
    assert await scene.settled() == heard
    assert await scene.holders() == {"public": "resolved", "private": "resolved"}


@on_all_that_answer_in_private
async def test_complaint_is_one_case_from_its_private_answer_to_the_closing_word(
    road: Road, stage: Stage, mara: Staff
) -> None:
    async with stage(road) as scene:
        await scene.complain(COMPLAINT)
        assert await scene.settled() == [("private", f"1: {COMPLAINT}"), ("public", MOVED)]
        assert await scene.waiting() == [await scene.public_id()]
        await scene.write("here I am")
        assert len(await scene.settled()) == 2
        link = await scene.link_between()
        assert link is not None
        assert (link.private_id, link.doubt) == (await scene.private_id(), False)
        assert await scene.holders() == {"public": "queued", "private": "queued"}
        assert await scene.waiting() == [link.private_id]
        await settle_in_private(scene, mara)


@on_all
async def test_whoever_cannot_be_written_to_is_shown_the_way_and_comes(
    road: Road, stage: Stage, mara: Staff
) -> None:
    async with stage(road) as scene:
        scene.refuse()
        await scene.complain(COMPLAINT)
        shown = f"{WORDS.sorry} {WORDS.write.replace('{link}', scene.link)} {WORDS.person}"
        assert await scene.settled() == [("public", shown)]
        assert await scene.waiting() == [await scene.public_id()]
        await scene.come("here I am")
        assert await scene.settled() == [("public", shown)]
        link = await scene.link_between()
        assert link is not None
        assert link.private_id == await scene.private_id()
        assert link.doubt == scene.connector.capabilities.other_ids_in_public
        assert await scene.waiting() == [link.private_id]
        await settle_in_private(scene, mara)


@on_all_that_answer_in_private
async def test_question_for_details_is_asked_in_private_and_answered_there(road: Road, stage: Stage) -> None:
    async with stage(road) as scene:
        await scene.complain("where is my order?")
        assert await scene.settled() == [("private", "1: where is my order?"), ("public", WORDS.moved)]
        await scene.write("12345")
        assert (await scene.settled())[2:] == [("private", "2: 12345")]  # it remembers what it asked
        assert await scene.holders() == {"public": "bot", "private": "bot"}


@on_all
async def test_question_waits_for_whoever_comes_by_the_link(road: Road, stage: Stage) -> None:
    async with stage(road) as scene:
        scene.refuse()
        await scene.complain("where is my order?")
        assert await scene.settled() == [("public", WORDS.write.replace("{link}", scene.link))]
        await scene.come("hello")
        heard = (await scene.settled())[1:]
        assert heard[0] == ("private", "1: where is my order?")
        assert {where for where, _ in heard} == {"private"}


@on_all_that_answer_in_private
async def test_who_wrote_in_private_before_the_post_is_heard_of_is_one_case(
    road: Road, stage: Stage, mara: Staff
) -> None:
    """Webhooks overtake each other: the private message comes first."""
    async with stage(road) as scene:
        await scene.write("I wrote under your post, too")
        await scene.settled()
        await scene.complain(COMPLAINT)
        heard = await scene.settled()
        assert heard[1:] == [("private", f"1: {COMPLAINT}"), ("public", MOVED)]
        link = await scene.link_between()
        assert link is not None
        assert link.private_id == await scene.private_id()
        assert await scene.holders() == {"public": "queued", "private": "queued"}
        await settle_in_private(scene, mara)


@pytest.mark.parametrize("stage", [ANSWERS_IN_PRIVATE["facebook"], ANSWERS_IN_PRIVATE["slack"]])
async def test_nothing_more_is_said_under_a_post_that_its_author_took_back(
    road: Road, stage: Stage, mara: Staff
) -> None:
    async with stage(road) as scene:
        await scene.complain(COMPLAINT)
        await scene.write("here I am")
        heard = await scene.settled()
        assert scene.take_back is not None
        await scene.take_back()
        await resolve(scene.road, await scene.private_id(), mara)
        assert await scene.settled() == heard
        assert await scene.holders() == {"public": "resolved", "private": "resolved"}


async def test_public_words_to_several_differ_where_the_platform_takes_none_twice(
    road: Road, mara: Staff
) -> None:
    """X refuses what was just said, also under another post."""
    async with x_with_fake(road) as (scene, fake):
        for author in ("7", "8"):
            fake.mention("@lyra a person please", author=author)
        await scene.again()
        heard = await scene.settled()
        public = sorted(words for where, words in heard if where == "public")
        assert len(public) == 2
        assert public[0] in (f"@person7 {MOVED}", f"@person8 {MOVED}")
        assert public[1] == MOVED
        for author in ("7", "8"):
            fake.direct("here I am", sender=author)
        await scene.again()
        await scene.settled()
        for (private_id,) in await scene.ask("SELECT id FROM conversation WHERE surface = 'direct'"):
            await resolve(scene.road, private_id, mara)
        closing = [words for _, words in (await scene.settled())[4:]]
        assert sorted(len(words) - len(WORDS.closing) for words in closing) == [0, len("@person7 ")]
