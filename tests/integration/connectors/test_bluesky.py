"""Bluesky over the whole road: posts and direct messages in, answers out, repeats, a restart."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.connector import AccountConfig
from connectors.bluesky.connector import BlueskyConnector
from tests.fakes.bluesky import FakeBluesky, run_fake_bluesky
from tests.fakes.bluesky_methods import PASSWORD
from tests.integration.connectors.asking import asking, list_texts, until_said

if TYPE_CHECKING:
    from bot.service.road import Road


def connect(fake: FakeBluesky) -> BlueskyConnector:
    options = {"handle": "lyra.bsky.example", "app_password": PASSWORD, "api_url": fake.url}
    config = AccountConfig(channel="bluesky", name="main", options=options)
    return BlueskyConnector(config, pause=timedelta(milliseconds=10))


def read_sent(fake: FakeBluesky) -> list[str]:
    return [sent["record"]["text"] for sent in fake.sent]


def read_said(fake: FakeBluesky) -> list[str]:
    return [said["text"] for said in fake.said]


async def test_each_post_and_message_is_answered_once_also_over_a_restart(road: Road) -> None:
    async with run_fake_bluesky() as fake:
        fake.say("ann", "before")
        async with asking(road, connect(fake)):
            fake.say("ann", "one")
            await fake.until(lambda: "chat.bsky.convo.getLog" in fake.calls)
            fake.write("ben", "two")
            await fake.until(lambda: len(fake.sent) == len(fake.said) == 1)
            assert (read_sent(fake), read_said(fake)) == (["1: one"], ["1: two"])
        fake.say("ann", "while away", to=fake.sent[0])
        fake.write("ben", "while away, too")
        async with asking(road, connect(fake)):
            await fake.until(lambda: len(fake.sent) == len(fake.said) == 2)
            fake.say("cem", "three")
            await fake.until(lambda: len(fake.sent) == 3)
    assert read_sent(fake) == ["1: one", "2: while away", "1: three"]
    assert read_said(fake) == ["1: two", "2: while away, too"]
    assert len([text for author, text in await list_texts(road) if author == "contact"]) == 5


async def test_word_of_the_brands_people_silences_the_bot(road: Road) -> None:
    async with run_fake_bluesky() as fake, asking(road, connect(fake)):
        post = fake.say("ann", "one")
        await fake.until(lambda: len(fake.sent) == 1)
        fake.answer_in_app(fake.sent[0], "Mara here.")
        await until_said(road, "Mara here.")
        fake.say("ann", "thanks", to=post)
        fake.say("ben", "two")
        await fake.until(lambda: len(fake.sent) == 2)
        assert read_sent(fake) == ["1: one", "1: two"]
