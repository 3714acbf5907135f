"""What stands around a customer's words, in a real browser: quoted messages are a press away."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from bot.domain.message import Attachment, Content, Kind
from bot.service.deliver import deliver
from bot.service.receive import receive
from tests.browser.conftest import DESKTOP, PHONE, keep_pictures
from tests.browser.desk_road import log_in, open_row
from tests.fakes.connector import scripted_connector
from tests.integration.service.delivering import answered
from tests.integration.service.events import says

if TYPE_CHECKING:
    from playwright.async_api import Browser, ViewportSize

    from bot.service.road import Road

pytestmark = pytest.mark.browser

SALE = {
    "source_type": "ad",
    "headline": "Lamps that find the light switch for you, this week only",
    "source_url": "https://fb.me/lamps",
}
CARD = Attachment(kind="contact", ref="tel:+43 1 234567", name="Bob Ray")
PLACE = Attachment(kind="location", ref="geo:48.2,16.4", name="Stephansplatz 1")


async def hear(road: Road, text: str = "", *, content: Content | None = None, **metadata: Any) -> None:
    event = replace(says(text, sender="ann"), metadata=metadata)
    if content is not None:
        event = replace(event, content=content, kind=Kind.MEDIA)
    await receive(road, event)


async def talk(road: Road, *, between: int) -> int:
    """Have somebody ask, need a person, and come back to what they asked; returns the conversation."""
    await receive(
        road,
        replace(says("Do you have it in green?", sender="ann", event_id="a1"), metadata={"referral": SALE}),
    )
    conversation_id = await answered(road, says("And who are you?", sender="ann", event_id="a2"))
    await deliver(road, {("webchat", "lyra"): scripted_connector()}, conversation_id)
    await answered(road, says("a person please", sender="ann"))
    for number in range(between):
        await hear(road, f"hello? {number}")
    await hear(road, "I meant this one", quoted="a1")
    return conversation_id


async def test_quoted_message_is_found_though_it_stands_pages_above(
    road: Road, chromium: Browser, address: str
) -> None:
    conversation_id = await talk(road, between=110)
    page = await log_in(road, chromium, address, "Mara")
    await open_row(page, conversation_id)
    quote = page.locator("a.quote")
    await expect(quote).to_have_text("Ann Do you have it in green?")
    asked = page.locator("#messages .said").filter(has_text="Came by the advertisement")
    await expect(asked).to_have_count(0)  # not loaded yet
    await quote.focus()
    await page.keyboard.press("Enter")
    await expect(asked).to_be_in_viewport()
    await expect(asked).to_be_focused()
    await keep_pictures(page, "desk-quote-found")
    await page.keyboard.press("Tab")  # goes on from there: the advertisement is a link
    await expect(page.get_by_role("link", name="fb.me")).to_be_focused()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE])
async def test_what_stands_around_the_words(
    road: Road, chromium: Browser, address: str, viewport: ViewportSize
) -> None:
    conversation_id = await talk(road, between=0)
    await hear(road, "Look, my neighbour has the same.", forwarded="Bob Ray")
    await hear(road, "<b>bold</b>", quoted="elsewhere", forwarded="<script>alert(1)</script>")
    await hear(road, content=Content(attachments=(PLACE, CARD)))
    unsupported = replace(
        says("", sender="ann", kind=Kind.UNSUPPORTED), metadata={"note": "They sent a poll."}
    )
    await receive(road, unsupported)
    page = await log_in(road, chromium, address, "Mara", viewport)
    await open_row(page, conversation_id)
    thread = page.locator("#messages")
    await expect(thread).to_contain_text("Forwarded from Bob Ray")
    await expect(thread).to_contain_text("Forwarded from <script>alert(1)</script>")
    await expect(thread).to_contain_text("In answer to a message that is not kept here")
    await expect(thread.locator(".is-contact .unsupported")).to_have_text("They sent a poll.")
    advertisement = thread.get_by_role("link", name="fb.me")
    await expect(advertisement).to_have_attribute("rel", "noopener noreferrer")
    await expect(thread.get_by_role("link", name="48.2, 16.4")).to_be_attached()
    await expect(thread.get_by_role("link", name="+43 1 234567")).to_have_attribute("href", "tel:+431234567")
    assert await page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
    await keep_pictures(page, f"desk-around-{viewport['width']}")
