"""Where an answer in a web chat goes is said before it is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.connector import AccountConfig
from bot.desk.mail_answer import MAIL_AFTER
from bot.domain.message import Content
from bot.service.answer_by_mail import choose_mailers
from bot.service.deliver import deliver
from bot.service.know_visitor import note_detail
from bot.service.run_timers import run_timers
from connectors.email.connector import EmailConnector
from connectors.webchat.connector import WebchatConnector
from tests.fakes.desk_service import make_desk_app
from tests.fakes.serving import serve
from tests.integration.desk.conftest import Browser, open_browser
from tests.integration.service.delivering import answered
from tests.integration.service.events import says

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.connector import Connector
    from bot.service.road import Road

Connectors = dict[tuple[str, str], "Connector"]


@pytest.fixture
def connectors() -> Connectors:
    chat = WebchatConnector(AccountConfig(channel="webchat", name="lyra"))
    mail = EmailConnector(
        AccountConfig(channel="email", name="help", options={"address": "help@shop.example"})
    )
    return {("webchat", "lyra"): chat, ("email", "help"): mail}


@pytest.fixture
async def clerk(road: Road, connectors: Connectors) -> AsyncIterator[Browser]:
    """An agent's browser at a desk whose chat can mail."""
    able = replace(road, mailers=choose_mailers(connectors))
    async with serve(make_desk_app(able, connectors=connectors)) as (url, _):
        async for browser in open_browser(road, url, "Clara"):
            yield browser


async def leave(road: Road) -> int:
    """Somebody writes in the chat and leaves an address; returns their conversation."""
    chat_id = await answered(road, says("Is anybody there?"))
    line = Content(text="Left for the answer: ann@example.org")
    await note_detail(road, chat_id, line, key="answers:ann@example.org", answers_to="ann@example.org")
    return chat_id


async def test_desk_says_where_the_answer_goes_and_reads_chat_and_mail_as_one(
    road: Road, connectors: Connectors, clerk: Browser
) -> None:
    chat_id = await leave(road)
    page = await clerk.get(f"/desk/c/{chat_id}")
    assert "What is not read in the chat within 2 minutes will be mailed to a…@example.org." in page
    await clerk.act(f"/desk/c/{chat_id}/say", text="It left today.", mode="reply", key="k1")
    mailing = replace(road, mailers=choose_mailers(connectors))
    await deliver(mailing, connectors, chat_id)
    later = road.now() + MAIL_AFTER
    await run_timers(replace(mailing, now=lambda: later))
    page = await clerk.get(f"/desk/c/{chat_id}")
    assert "Answer by e-mail" in page
    assert "Left for the answer: ann@example.org" in page
    assert "Without a last word in public" not in page
    assert "chat and e-mail" in await clerk.get("/desk/rows?view=mine")


async def test_desk_says_what_to_set_where_no_account_can_mail(road: Road, mara: Browser) -> None:
    chat_id = await leave(road)
    page = await mara.get(f"/desk/c/{chat_id}")
    assert "nothing will be mailed there: this chat has no e-mail account" in page


async def test_desk_says_nothing_of_mail_where_no_address_was_left(road: Road, mara: Browser) -> None:
    chat_id = await answered(road, says("Is anybody there?"))
    assert "mailed" not in await mara.get(f"/desk/c/{chat_id}")
