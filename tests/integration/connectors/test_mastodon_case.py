"""A complaint on Mastodon: a direct post first, then the public word, and back again at the end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.service.resolve import resolve
from bot.service.staff_reply import staff_reply
from bot.storage import cases
from tests.fakes.mastodon import run_fake_mastodon
from tests.integration.connectors.asking import asking, until_said
from tests.integration.connectors.test_mastodon import connect
from tests.integration.service.people import add_agent

if TYPE_CHECKING:
    from bot.service.road import Road

MOVED = "@person7@other.example We are sorry. We have written to you in private, so that we can look into it."


async def test_public_post_is_one_case_from_complaint_to_closing_word(road: Road) -> None:
    mara = await add_agent(road, "Mara Lind")
    async with run_fake_mastodon() as fake:
        connector = connect(fake)
        road = replace(road, passages={("mastodon", "main"): connector})
        async with asking(road, connector):
            fake.say("7", "a person please")
            await fake.until(lambda: len(fake.sent) == 2)
            assert [(sent["visibility"], sent["said"]) for sent in fake.sent] == [
                ("direct", "@person7@other.example 1: a person please"),
                ("public", MOVED),
            ]
            fake.say("7", "here I am", visibility="direct", in_reply_to_id=fake.sent[0]["id"])
            await until_said(road, "here I am")
            async with road.database.read() as connection:
                link = await cases.find_open(connection, 1)
            assert link is not None
            assert link.private_id == 2
            await staff_reply(road, 2, mara, "It is on its way.", key="k1")
            await fake.until(lambda: len(fake.sent) == 3)
            assert fake.sent[2]["visibility"] == "direct"
            await resolve(road, 2, mara)
            await fake.until(lambda: len(fake.sent) == 4)
            assert fake.sent[3]["visibility"] == "public"
            assert "We have looked into this in private" in fake.sent[3]["said"]
