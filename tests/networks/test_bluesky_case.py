"""A complaint on Bluesky over the whole road, in front of the AT Protocol's own programs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.service.resolve import resolve
from bot.service.staff_reply import staff_reply
from bot.storage import cases
from tests.integration.connectors.asking import asking, list_texts, until_said
from tests.integration.service.people import add_agent
from tests.networks.acts import build_bluesky
from tests.networks.atproto import Network
from tests.networks.chat import run_chat
from tests.networks.people import Person, until

if TYPE_CHECKING:
    from bot.service.road import Road

pytestmark = [pytest.mark.timeout(180), pytest.mark.xdist_group("bluesky")]

MOVED = "We are sorry. We have written to you in private, so that we can look into it."
CLOSED = "We have looked into this in private"


async def list_posted(brand: Person) -> list[str]:
    """Return the texts of the brand's posts, in the order they were made."""
    posts = await brand.list_posts()
    return [each["text"] for each in sorted(posts, key=lambda each: str(each["createdAt"]))]


async def until_posted(brand: Person, number: int) -> list[str]:
    """Return the brand's posts, once there are so many."""

    async def look() -> list[str] | None:
        found = await list_posted(brand)
        return found if len(found) == number else None

    return await until(look)


async def test_public_post_is_one_case_from_complaint_to_closing_word(
    road: Road, network: Network, brand: Person, ann: Person
) -> None:
    mara = await add_agent(road, "Mara Lind")
    connector = await build_bluesky(brand, privileged=True)
    road = replace(road, passages={("bluesky", "main"): connector})
    async with run_chat(network.chat, brand) as chat, asking(road, connector):
        await chat.until(lambda: "chat.bsky.convo.getLog" in chat.calls)
        post = await ann.mention(brand, "a person please")
        assert await until_posted(brand, 1) == [MOVED]
        assert [said["text"] for said in chat.said] == [f"1: @{brand.handle} a person please"]
        chat.write(ann.did.rpartition(":")[2], "here I am")
        await until_said(road, "here I am")
        async with road.database.read() as connection:
            link = await cases.find_open(connection, 1)
        assert link is not None
        assert link.private_id == 2
        await staff_reply(road, 2, mara, "It is on its way.", key="k1")
        await chat.until(lambda: len(chat.said) == 2)
        assert chat.said[1]["text"] == "It is on its way."
        await resolve(road, 2, mara)
        posted = await until_posted(brand, 2)
    assert CLOSED in posted[1]
    posts = await brand.list_posts()
    assert {each["reply"]["root"]["uri"] for each in posts} == {post["uri"]}


async def test_complaint_of_somebody_who_takes_no_messages_waits_for_a_person_in_public(
    road: Road, network: Network, brand: Person, ann: Person
) -> None:
    connector = await build_bluesky(brand, privileged=True)
    road = replace(road, passages={("bluesky", "main"): connector})
    async with run_chat(network.chat, brand) as chat, asking(road, connector):
        chat.closed.add(ann.did)
        await ann.mention(brand, "a person please")
        (said,) = await until_posted(brand, 1)
        assert chat.said == []
    assert said != MOVED
    async with road.database.read() as connection:
        assert await cases.find_open(connection, 1) is None
    assert len([author for author, _ in await list_texts(road) if author == "contact"]) == 1


async def test_each_post_is_answered_once_also_over_a_restart(road: Road, brand: Person, ann: Person) -> None:
    connector = await build_bluesky(brand)
    async with asking(road, connector):
        await ann.mention(brand, "one")
        assert await until_posted(brand, 1) == [f"1: @{brand.handle} one"]
    await ann.mention(brand, "two")
    async with asking(road, await build_bluesky(brand)):
        await until_posted(brand, 2)
        await ann.mention(brand, "three")
        posted = await until_posted(brand, 3)
    assert posted == [f"1: @{brand.handle} {word}" for word in ("one", "two", "three")]
