"""The chat for who uses no mouse, and on devices whose storage is full: focus and words are never lost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import ViewportSize, expect
from typing_extensions import override

from bot.domain.message import Button
from bot.web.newcomers import NEWCOMERS, Newcomers
from tests.browser.widget import Line, Widget, opened_page, serving_chat
from tests.fakes.chat_service import make_chat_app
from tests.fakes.engine import PlainEngine
from tests.fakes.serving import serve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page

    from bot.engines.engine import Turn, TurnResult
    from bot.service.road import Road

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=390, height=844)
FULL = "() => { Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') } }"


class Choosing(PlainEngine):
    """Offers a choice with every answer."""

    @override
    async def respond(self, turn: Turn) -> TurnResult:
        result = await super().respond(turn)
        choices = (Button(title="Left", payload="left"), Button(title="Right", payload="right"))
        return replace(result, replies=tuple(replace(each, buttons=choices) for each in result.replies))


@pytest.fixture
async def service(road: Road) -> AsyncIterator[str]:
    """The running chat."""
    async with serving_chat(road, Choosing()) as url:
        yield url


@pytest.fixture
async def page(chromium: Browser) -> AsyncIterator[Page]:
    """A page at the size of a phone."""
    async with opened_page(chromium, PHONE) as page:
        yield page


async def test_nothing_is_lost_when_the_storage_is_full(service: str, page: Page) -> None:
    """What was written before stays readable there: it must not hide what is new."""
    widget = Widget(page)
    await page.goto(f"{service}/chat/lyra")
    await widget.open()
    await widget.say("quiet one")
    await expect(widget.log).to_contain_text("Sent")
    await page.evaluate(FULL)
    await widget.say("quiet two")
    await widget.say("quiet three")
    await expect(widget.log.locator(".bubble")).to_have_count(4)
    await expect(widget.log).not_to_contain_text("Sending")
    assert await widget.list_said() == ["Hello, I am a bot.", "quiet one", "quiet two", "quiet three"]


async def test_what_is_typed_without_a_line_and_without_storage_is_sent_later(
    service: str, page: Page
) -> None:
    widget, line = Widget(page), Line()
    await line.route(page)
    await page.goto(f"{service}/chat/lyra")
    await widget.open()
    await widget.say("quiet one")
    await expect(widget.log).to_contain_text("Sent")
    await page.evaluate(FULL)
    await line.break_off()
    await expect(widget.panel).to_contain_text("Reconnecting. Keep writing, nothing is lost.")
    await widget.say("quiet two")
    line.cut = False
    await expect(widget.log).to_contain_text("Sent")
    assert await widget.list_said() == ["Hello, I am a bot.", "quiet one", "quiet two"]


async def test_a_pressed_button_leaves_the_focus_in_the_conversation(service: str, page: Page) -> None:
    widget = Widget(page)
    await page.goto(f"{service}/chat/lyra")
    await widget.open()
    ask = page.get_by_role("button", name="Talk to a person")
    await ask.focus()
    await page.keyboard.press("Enter")
    await expect(ask).to_be_hidden()
    await expect(widget.log).to_be_focused()
    for key in ("Tab", "Tab", "Tab", "Tab", "Tab", "Shift+Tab", "Shift+Tab"):
        await page.keyboard.press(key)
        assert await page.evaluate("document.activeElement.localName") == "visavis-chat"


async def test_a_choice_that_is_made_leaves_the_focus_in_the_conversation(service: str, page: Page) -> None:
    widget = Widget(page)
    await page.goto(f"{service}/chat/lyra")
    await widget.open()
    await widget.say("choices please")
    # The answer to it offers the same choices again.
    asked = widget.log.locator(".entry").filter(has_text="choices please").last
    choice = asked.get_by_role("button", name="Left")
    await choice.focus()
    await page.keyboard.press("Enter")
    await expect(choice).to_be_hidden()
    await expect(widget.log).to_be_focused()


async def test_on_a_phone_tab_leads_back_inside_from_nowhere(service: str, page: Page) -> None:
    widget = Widget(page)
    await page.goto(f"{service}/chat/lyra")
    await widget.open()
    await page.evaluate("document.activeElement.shadowRoot.activeElement.blur()")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.localName") == "visavis-chat"


async def test_who_has_to_wait_as_a_newcomer_loses_no_word(road: Road, page: Page) -> None:
    app = make_chat_app(road)
    app[NEWCOMERS] = Newcomers(road, per_hour=1, home_too=True)
    widget = Widget(page)
    async with serve(app) as (url, _):
        for _ in range(2):
            await page.goto(f"{url}/chat/lyra")
            await page.evaluate("localStorage.clear()")
            await page.reload()
            await widget.open()
            await widget.say("quiet one")
            await expect(widget.log).to_contain_text("quiet one")
        await expect(widget.log).to_contain_text("Sending")
        await page.reload()
        await widget.open()
        await expect(widget.log).to_contain_text("quiet one")
