"""Comments whose authors Meta tells at one time and hides at another."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from bot.domain.message import Author
from connectors.messenger.connector import MessengerConnector
from tests.fakes.graph import run_fake_graph
from tests.fakes.graph_events import PAGE, body, comment
from tests.integration.connectors.meta_house import ANN, House, house

if TYPE_CHECKING:
    from bot.service.road import Road


@pytest.fixture
async def page(road: Road) -> AsyncIterator[House]:
    async with run_fake_graph() as fake, house(road, fake, MessengerConnector, "page_id") as opened:
        yield opened


async def test_comment_is_gone_also_where_its_removal_names_nobody(page: House) -> None:
    own = page.fake.own_id
    await page.tell(body(PAGE, own, changes=[comment(ANN, "My number is 555")]))
    await page.tell(body(PAGE, own, changes=[comment("", "", verb="remove")]), copies=2)
    assert len(await page.statuses()) == 1
    said = [each for each in await page.stored() if each.author is Author.CONTACT]
    assert not any(each.content.text for each in said)
