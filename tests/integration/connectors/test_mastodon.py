"""Mastodon over the whole road: mentions in, answers out, lost deliveries, repeats, a restart."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.connector import AccountConfig
from connectors.mastodon.connector import MastodonConnector
from tests.fakes.mastodon import FakeMastodon, Fault, run_fake_mastodon
from tests.fakes.mastodon_posts import ME
from tests.integration.connectors.asking import asking, list_texts, until_said

if TYPE_CHECKING:
    from bot.service.road import Road


def connect(fake: FakeMastodon) -> MastodonConnector:
    config = AccountConfig(
        channel="mastodon", name="main", options={"token": fake.token, "instance": fake.url}
    )
    return MastodonConnector(config, pause=timedelta(milliseconds=20))


def read_sent(fake: FakeMastodon) -> list[str]:
    return [sent["said"] for sent in fake.sent]


async def test_each_mention_is_answered_once_also_over_a_restart(road: Road) -> None:
    async with run_fake_mastodon() as fake:
        async with asking(road, connect(fake)):
            fake.say("7", "one")
            fake.say("8", "two", visibility="direct")
            await fake.until(lambda: len(fake.sent) == 2)
            assert sorted(read_sent(fake)) == [
                "@person7@other.example 1: one",
                "@person8@other.example 1: two",
            ]
            assert {sent["visibility"] for sent in fake.sent} == {"public", "direct"}
        fake.say("7", "while away", in_reply_to_id=fake.sent[0]["id"], lost=True)
        async with asking(road, connect(fake)):
            await fake.until(lambda: len(fake.sent) == 3)
            fake.say("9", "three")
            await fake.until(lambda: len(fake.sent) == 4)
    assert read_sent(fake)[3] == "@person9@other.example 1: three"
    assert len([text for author, text in await list_texts(road) if author == "contact"]) == 4


async def test_answer_whose_fate_is_unknown_is_posted_once(road: Road) -> None:
    async with run_fake_mastodon() as fake, asking(road, connect(fake)):
        fake.faults.append(Fault.RESET_AFTER)
        fake.say("7", "one")
        await fake.until(lambda: len([call for call in fake.transcript if call.method == "POST"]) == 2)
        assert read_sent(fake) == ["@person7@other.example 1: one"]


async def test_word_of_the_brands_people_silences_the_bot(road: Road) -> None:
    async with run_fake_mastodon() as fake, asking(road, connect(fake)):
        post = fake.say("7", "one")
        await fake.until(lambda: len(fake.sent) == 1)
        await fake.until(lambda: bool(fake.listeners))
        fake.write_in_app(post, "@person7@other.example Mara here.")
        await until_said(road, "Mara here.")
        fake.say("7", "thanks", in_reply_to_id=post["id"])
        fake.say("8", "two")
        await fake.until(lambda: len(fake.sent) == 2)
        assert read_sent(fake)[1] == "@person8@other.example 1: two"


async def test_direct_word_that_the_brands_people_begin_with_silences_the_bot(road: Road) -> None:
    async with run_fake_mastodon() as fake, asking(road, connect(fake)):
        await fake.until(lambda: bool(fake.listeners))
        fake.write_in_app(None, "@person7@other.example Your parcel is here.", "7", visibility="direct")
        await until_said(road, "Your parcel is here.")
        fake.say("7", "thanks", visibility="direct")
        fake.say("8", "two", visibility="direct")
        await fake.until(lambda: len(fake.sent) == 1)
        assert read_sent(fake) == ["@person8@other.example 1: two"]
        assert await list_holders(road) == {"7": "held", "8": "bot"}


async def test_word_below_the_bots_own_silences_it_in_that_conversation(road: Road) -> None:
    async with run_fake_mastodon() as fake, asking(road, connect(fake)):
        post = fake.say("7", "one")
        await fake.until(lambda: len(fake.sent) == 1 and bool(fake.listeners))
        fake.write_in_app(fake.sent[0], "That was a machine. Mara here.")
        await until_said(road, "Mara here.")
        own = fake.post(ME["id"], "New colours!", application={"name": "Web"})
        fake.write_in_app(own, "And new sizes, thanks to @person9@other.example", "9")
        fake.say("7", "thanks", in_reply_to_id=post["id"])
        fake.say("8", "two")
        await fake.until(lambda: len(fake.sent) == 2)
        assert read_sent(fake)[1] == "@person8@other.example 1: two"
        assert list((await list_holders(road)).values()) == ["held", "bot"]


async def list_holders(road: Road) -> dict[str, str]:
    """Return the status of each conversation by its key, the oldest first."""
    async with road.database.read() as connection:
        found = await connection.exec_driver_sql("SELECT key, status FROM conversation ORDER BY id")
        return {row["key"]: row["status"] for row in found.mappings()}
