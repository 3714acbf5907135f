"""A complaint in public, moved to private as each platform allows, on the whole road."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.domain.staff import Staff
from bot.service.resolve import resolve
from bot.service.staff_reply import staff_reply
from bot.storage import cases
from connectors.messenger.connector import MessengerConnector
from tests.fakes.graph import run_fake_graph
from tests.fakes.graph_events import PAGE, body, comment, said
from tests.integration.connectors.test_meta_pages import House, house, now
from tests.integration.service.people import add_agent

if TYPE_CHECKING:
    from bot.connector import Connector
    from bot.domain.case import ThreadLink
    from bot.service.road import Road

PSID = "author-of-20_1"  # by which Meta names in private who wrote the comment 20_1
MOVED = "We are sorry. We have written to you in private, so that we can look into it."


@pytest.fixture
async def page(road: Road) -> AsyncIterator[House]:
    passages: dict[tuple[str, str], Connector] = {}
    road = replace(road, passages=passages)
    async with run_fake_graph() as fake, house(road, fake, MessengerConnector, "page_id") as opened:
        fake.comments["20_1"] = datetime.now(UTC)
        passages["messenger", "lyra"] = opened.connector
        yield opened


@pytest.fixture
async def mara(road: Road) -> Staff:
    return await add_agent(road, "Mara Lind")


async def comment_on(page: House, words: str) -> None:
    told = {**body(PAGE, page.fake.own_id, changes=[comment("7", words)])}
    told["entry"][0]["time"] = int(time.time())
    await page.tell(told, copies=2)
    await page.work()


async def write(page: House, words: str) -> None:
    await page.tell(body(PAGE, page.fake.own_id, messaging=now(said(page.fake.own_id, PSID, words))))


def alone(page: House) -> list[str]:
    """Return what was sent for one person to read."""
    return [each["text"] for each in page.fake.sent if "to" in each]


async def link_of(page: House, conversation_id: int) -> ThreadLink | None:
    async with page.road.database.read() as connection:
        return await cases.find_open(connection, conversation_id)


async def test_comment_on_a_page_is_one_case_from_complaint_to_closing_word(page: House, mara: Staff) -> None:
    await comment_on(page, "a person please, it smokes")
    await page.work()
    assert alone(page) == ["1: a person please, it smokes"]
    assert [each["message"] for each in page.fake.remarks] == [MOVED]
    page.fake.heard[PSID] = datetime.now(UTC)
    await write(page, "here I am")
    await page.work()
    assert await page.statuses() == ["queued", "queued"]
    link = await link_of(page, 1)
    assert link is not None
    assert (link.private_id, link.doubt) == (2, False)
    await staff_reply(page.road, 2, mara, "It is on its way.", key="k1")
    await page.work()
    assert alone(page)[-1] == "It is on its way."
    await resolve(page.road, 2, mara)
    await page.work()
    assert page.fake.remarks[-1]["message"].startswith("We have looked into this in private")
    assert await page.statuses() == ["resolved", "resolved"]


async def test_comment_too_old_for_a_private_reply_gets_the_link(page: House) -> None:
    page.fake.comments["20_1"] -= timedelta(days=8)
    await comment_on(page, "a person please, it smokes")
    await page.work()
    assert alone(page) == []
    (word,) = [each["message"] for each in page.fake.remarks]
    assert f"https://m.me/{page.fake.own_id}?ref=20_1" in word
    assert "A person on our team will answer you there." in word
