"""What a brand's people write under posts in Meta's apps silences the bot there; its own words do not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.conversation import Status
from bot.domain.message import Author
from connectors.instagram.connector import InstagramConnector
from connectors.messenger.connector import MessengerConnector
from tests.fakes.graph import run_fake_graph
from tests.fakes.graph_events import INSTAGRAM, PAGE, body, comment, remark
from tests.integration.connectors.meta_house import ANN, House, house

if TYPE_CHECKING:
    from bot.connector import OutboundReply, SendResult
    from bot.service.road import Road

BOB = "7002"
BOT, HELD = Status.BOT.value, Status.HELD.value


@dataclass(kw_only=True)
class Wall:
    """A house and the comments under one post of its."""

    house: House
    instagram: bool

    async def write(self, author: str, text: str, *, number: str, under: str = "") -> None:
        """Let somebody comment, and Meta tell it twice; `author` "" is the brand itself."""
        own = self.house.fake.own_id
        told: dict[str, Any] = {} if author else {"from": {"id": own, "name": "Lyra", "username": "lyra"}}
        if under:
            told["parent_id"] = under
        if self.instagram:
            change = remark(author or own, text, **{**told, "id": number})
        else:
            change = comment(author or own, text, **{**told, "comment_id": number})
        self.house.fake.comments[number] = datetime.now(UTC)
        kind = INSTAGRAM if self.instagram else PAGE
        await self.house.tell(body(kind, own, changes=[change]), copies=2)

    async def said(self, *authors: Author) -> list[str]:
        """Return what is stored of somebody, oldest first."""
        return [each.content.text for each in await self.house.stored() if each.author in authors]


@pytest.fixture(params=["messenger", "instagram"])
async def wall(request: pytest.FixtureRequest, road: Road) -> AsyncIterator[Wall]:
    instagram = request.param == "instagram"
    ids: dict[str, Any] = {"own_id": "17841", "node_id": "17841"} if instagram else {}
    kind = InstagramConnector if instagram else MessengerConnector
    own = "instagram_id" if instagram else "page_id"
    async with run_fake_graph(**ids) as fake, house(road, fake, kind, own) as opened:
        yield Wall(house=opened, instagram=instagram)


async def test_own_comment_silences_the_bot_under_its_post_unless_the_service_wrote_it(wall: Wall) -> None:
    await wall.write(ANN, "Shame!", number="20_1")
    await wall.house.work()
    (answered,) = await wall.said(Author.BOT)
    await wall.write("", answered, number="20_sent_1", under="20_1")
    assert await wall.house.statuses() == [BOT]
    await wall.write("", "Mara here.", number="20_8", under="20_1")
    assert await wall.house.statuses() == [HELD]
    await wall.write(ANN, "At last", number="20_9")
    await wall.house.work()
    assert len(wall.house.fake.remarks) == 1
    assert await wall.said(Author.STAFF) == ["Mara here."]


async def test_own_comment_that_is_faster_than_the_answer_to_its_send_is_ours(
    wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    connector, send = wall.house.connector, wall.house.connector.send

    async def send_and_be_overtaken(reply: OutboundReply) -> SendResult:
        sent = await send(reply)
        await wall.write("", reply.content.text, number=sent.native_ids[0], under="20_1")
        return sent

    monkeypatch.setattr(connector, "send", send_and_be_overtaken)
    await wall.write(ANN, "Shame!", number="20_1")
    await wall.house.work()
    assert len(wall.house.fake.remarks) == 1
    assert await wall.house.statuses() == [BOT]
    assert await wall.said(Author.STAFF) == []


async def test_answer_to_an_answer_is_ours_under_whatever_comment_it_is_told(wall: Wall) -> None:
    """Meta puts what answers Bob's answer to Ann under Ann's comment."""
    await wall.write(ANN, "Shame!", number="20_1")
    await wall.write(BOB, "Same here", number="20_2", under="20_1")
    await wall.house.work()
    to_ann, to_bob = await wall.said(Author.BOT)
    assert [each["under"] for each in wall.house.fake.remarks] == ["20_1", "20_2"]
    await wall.write("", to_bob, number="20_sent_2", under="20_1")
    assert await wall.house.statuses() == [BOT, BOT]
    await wall.write("", to_ann, number="20_sent_1", under="20_1")
    assert await wall.house.statuses() == [BOT, BOT]


async def test_own_comment_under_what_the_bot_said_silences_it_there(wall: Wall) -> None:
    await wall.write(ANN, "Shame!", number="20_1")
    await wall.write(BOB, "Same here", number="20_2")
    await wall.house.work()
    await wall.write("", "That was a machine. Mara here.", number="20_8", under="20_sent_2")
    assert await wall.house.statuses() == [BOT, HELD]


async def test_own_comment_that_answers_nobody_is_counted(wall: Wall) -> None:
    await wall.write(ANN, "Shame!", number="20_1")
    await wall.write("", "New colours in store!", number="20_8")
    await wall.write("", "And new sizes.", number="20_9", under="20_8")
    assert await wall.house.statuses() == [BOT]
    assert await wall.said(Author.STAFF) == []


async def notes_of(wall: Wall) -> list[object]:
    return [each.metadata["note"] for each in await wall.house.stored() if "note" in each.metadata]


@pytest.mark.parametrize("wall", ["messenger"], indirect=True)
async def test_own_comment_that_is_changed_or_removed_is_told_to_staff_and_answered_by_nobody(
    wall: Wall,
) -> None:
    own = wall.house.fake.own_id
    await wall.write(ANN, "Shame!", number="20_1")
    await wall.house.work()
    await wall.write(BOB, "Same here", number="20_2")
    await wall.write("", "Mara here.", number="20_8", under="20_2")
    said = await wall.said(Author.CONTACT, Author.STAFF, Author.BOT)
    changes = [
        comment(own, "My address is 1 Mill Lane.", comment_id="20_sent_1", verb="edited", parent_id="20_1"),
        comment(own, "Mara is here.", comment_id="20_8", verb="edited", parent_id="20_2"),
        comment(own, "", comment_id="20_8", verb="remove", parent_id="20_2"),
        comment(own, "", comment_id="20_77", verb="remove", parent_id="20_2"),  # never told to us
    ]
    for change in changes:
        await wall.house.tell(body(PAGE, own, changes=[change]), copies=2)
    await wall.house.work()
    assert await notes_of(wall) == [
        "The brand changed what it had written here: My address is 1 Mill Lane.",
        "The brand changed what it had written here: Mara is here.",
        "The brand removed what it had written here",
    ]
    assert len(wall.house.fake.remarks) == 1
    assert await wall.house.statuses() == [BOT, HELD]
    now = await wall.said(Author.CONTACT, Author.STAFF, Author.BOT)
    assert [text for text in now if text] == said


@pytest.mark.parametrize("wall", ["messenger"], indirect=True)
async def test_own_comment_under_what_somebody_wrote_on_the_wall_silences_the_bot(wall: Wall) -> None:
    own, post = wall.house.fake.own_id, "10_20"
    told = comment(ANN, "Where is it?", item="post", comment_id=None, post_id=post)
    await wall.house.tell(body(PAGE, own, changes=[told]))
    await wall.write("", "", number="20_8")  # a sticker, which is not passed on
    assert await wall.house.statuses() == [BOT]
    told = comment(own, "", comment_id="20_9", photo="https://scontent.xx.fbcdn.net/a.jpg")
    await wall.house.tell(body(PAGE, own, changes=[told]))
    assert await wall.house.statuses() == [HELD]
