"""A complaint on Mastodon over the whole road, in front of a server that others wrote."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.service.resolve import resolve
from bot.service.staff_reply import staff_reply
from bot.storage import cases
from tests.integration.connectors.asking import asking, until_said
from tests.integration.service.people import add_agent
from tests.networks.acts import build_mastodon
from tests.networks.mastodon import ANN, BEN, Server

if TYPE_CHECKING:
    from bot.service.road import Road
    from tests.networks.mastodon import Post

pytestmark = [pytest.mark.timeout(120), pytest.mark.xdist_group("mastodon")]

MOVED = "We are sorry. We have written to you in private, so that we can look into it."
CLOSED = "We have looked into this in private"


async def until_posted(server: Server, number: int) -> list[Post]:
    """Return the brand's posts, once there are so many."""
    async with asyncio.timeout(30):
        while len(posts := await server.list_posts()) < number:  # noqa: ASYNC110 - a test's patience
            await asyncio.sleep(0.05)
    return posts


async def test_public_post_is_one_case_from_complaint_to_closing_word(road: Road, server: Server) -> None:
    mara = await add_agent(road, "Mara Lind")
    connector = build_mastodon(server)
    road = replace(road, passages={("mastodon", "main"): connector})
    async with asking(road, connector):
        post = await server.post(BEN, "@lyra a person please")
        private, public = await until_posted(server, 2)
        assert (private["visibility"], public["visibility"]) == ("direct", "public")
        assert "1: a person please" in private["content"]
        assert MOVED in public["content"]
        await server.post(BEN, "@lyra here I am", visibility="direct", in_reply_to_id=private["id"])
        await until_said(road, "here I am")
        async with road.database.read() as connection:
            link = await cases.find_open(connection, 1)
        assert link is not None
        assert link.private_id == 2
        await staff_reply(road, 2, mara, "It is on its way.", key="k1")
        *_, answer = await until_posted(server, 3)
        assert answer["visibility"] == "direct"
        await resolve(road, 2, mara)
        *_, closing = await until_posted(server, 4)
    assert closing["visibility"] == "public"
    assert CLOSED in closing["content"]
    assert closing["in_reply_to_id"] in (post["id"], public["id"])
    everyone = await server.list_mentions(ANN)
    assert everyone == []


async def test_each_mention_is_answered_once_also_over_a_restart(road: Road, server: Server) -> None:
    async with asking(road, build_mastodon(server)):
        await server.post(ANN, "@lyra one")
        await server.post(BEN, "@lyra two", visibility="direct")
        await until_posted(server, 2)
    await server.post(ANN, "@lyra while away")
    async with asking(road, build_mastodon(server)):
        await until_posted(server, 3)
        await server.post(ANN, "@lyra three")
        posts = await until_posted(server, 4)
    assert sorted((each["visibility"], each["content"].partition("1: ")[2]) for each in posts) == [
        ("direct", "two</p>"),
        ("public", "one</p>"),
        ("public", "three</p>"),
        ("public", "while away</p>"),
    ]
