"""The chat in a real browser: a customer asks, is answered, loses the line, and loses no word."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from playwright.async_api import FilePayload, ViewportSize, expect

from bot.domain.message import DeliveryState
from bot.domain.staff import Staff
from bot.service import read_as_customer
from bot.service.staff_reply import staff_reply
from tests.browser.widget import PICTURE, Line, Widget, opened_page, serving_chat
from tests.fakes.serving import serve
from tests.integration.service.people import add_agent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page

    from bot.service.road import Road

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=390, height=844)
DESKTOP = ViewportSize(width=1280, height=800)


@pytest.fixture
async def service(road: Road) -> AsyncIterator[str]:
    """The running chat."""
    async with serving_chat(road) as url:
        yield url


@pytest.fixture
async def mara(road: Road) -> Staff:
    return await add_agent(road, "Mara Lindqvist")


@pytest.fixture
async def page(chromium: Browser) -> AsyncIterator[Page]:
    """A page at desktop size. An error in a script, or against the page's policy, fails the test."""
    async with opened_page(chromium, DESKTOP) as page:
        yield page


async def find_conversation(road: Road, page: Page) -> int:
    token = await page.evaluate(
        "JSON.parse(localStorage.getItem(Object.keys(localStorage).find((key) => key.endsWith(':token'))))"
    )
    found = await read_as_customer.find_conversation(road, "lyra", str(token).partition(".")[0])
    assert found is not None
    return found


async def test_a_customer_asks_and_is_answered(service: str, page: Page) -> None:
    widget = Widget(page)
    await page.goto(f"{service}/chat/lyra")
    await widget.open()
    await expect(widget.panel).to_contain_text("Lyra Audio's assistant, a bot. A person is one tap away.")
    await widget.say("where is my order")
    await widget.expect_said("1: where is my order")
    assert await widget.list_said() == ["Hello, I am a bot.", "where is my order", "1: where is my order"]
    await widget.keep_picture("widget-desktop")


async def test_a_person_is_one_tap_away_and_is_seen_to_come(
    service: str, page: Page, road: Road, mara: Staff
) -> None:
    widget = Widget(page)
    await page.goto(f"{service}/chat/lyra")
    await widget.open()
    await page.get_by_role("button", name="Talk to a person").click()
    await expect(widget.log).to_contain_text("Talk to a person")
    await expect(widget.panel).to_contain_text("A person will write here by")
    await expect(page.get_by_role("button", name="Talk to a person")).to_be_hidden()
    await staff_reply(road, await find_conversation(road, page), mara, "Hello, what happened?", key="r1")
    await widget.expect_said("Hello, what happened?")
    await expect(widget.log).to_contain_text("Mara joins.")
    await expect(widget.panel).to_contain_text("Mara, a person")
    assert "Lindqvist" not in await widget.panel.inner_text()


async def test_what_is_typed_without_a_line_arrives_once_and_in_order_also_over_a_reload(
    service: str, page: Page
) -> None:
    widget, line = Widget(page), Line()
    await line.route(page)
    await page.goto(f"{service}/chat/lyra")
    await widget.open()
    await widget.say("quiet one")
    await expect(widget.log).to_contain_text("Sent")
    await line.break_off()
    await expect(widget.panel).to_contain_text("Reconnecting. Keep writing, nothing is lost.")
    await widget.say("quiet two")
    await widget.say("quiet three")
    await widget.box.fill("half a thou")
    await page.reload()
    await expect(widget.box).to_have_value("half a thou")
    await widget.expect_said("quiet three")
    line.cut = False
    await expect(widget.log).to_contain_text("Sent")
    assert await widget.list_said() == ["Hello, I am a bot.", "quiet one", "quiet two", "quiet three"]
    await page.reload()
    await widget.expect_said("quiet one")
    assert await widget.list_said() == ["Hello, I am a bot.", "quiet one", "quiet two", "quiet three"]


async def test_unread_is_counted_on_the_launcher_and_in_the_title_until_it_is_read(
    service: str, page: Page, road: Road, mara: Staff
) -> None:
    widget = Widget(page)
    await page.goto(f"{service}/chat/lyra")
    await widget.open()
    await widget.say("quiet please")
    await expect(widget.log).to_contain_text("Sent")
    await widget.box.press("Escape")
    await expect(widget.panel).to_be_hidden()
    reply = await staff_reply(road, await find_conversation(road, page), mara, "Done.", key="r1")
    await expect(page).to_have_title("(2) Lyra Audio")  # that Mara joined, and her answer
    await expect(page.get_by_role("button", name="Chat with Lyra Audio, 2 new messages")).to_be_visible()
    conversation_id = await find_conversation(road, page)
    async with road.bus.live.subscribe(conversation_id=conversation_id) as events, asyncio.timeout(20):
        await widget.open()
        async for event in events:
            if event.kind == "delivery" and event.data["state"] == DeliveryState.READ:
                assert event.data["message_id"] == reply.id
                break
    await expect(page).to_have_title("Lyra Audio")
    await expect(widget.log).to_contain_text("Done.")


async def test_it_is_worked_by_keyboard_alone(service: str, page: Page) -> None:
    widget = Widget(page)
    await page.goto(f"{service}/chat/lyra")
    launcher = page.locator("visavis-chat .launcher")
    await launcher.focus()
    await page.keyboard.press("Enter")
    await expect(widget.box).to_be_focused()
    await page.keyboard.type("line one")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("line two")
    await page.keyboard.press("Enter")
    await widget.expect_said("line one\nline two")
    await expect(widget.box).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(widget.panel).to_be_hidden()
    await expect(launcher).to_be_focused()


async def test_on_a_phone_it_fills_the_screen_and_keeps_the_focus_inside(service: str, page: Page) -> None:
    widget = Widget(page)
    await page.set_viewport_size(PHONE)
    await page.emulate_media(color_scheme="dark")
    await page.goto(f"{service}/chat/lyra")
    await widget.open()
    assert await widget.panel.bounding_box() == {"x": 0, "y": 0, **PHONE}
    await expect(widget.panel).to_have_attribute("aria-modal", "true")
    await widget.say("hello from the train")
    await widget.expect_said("1: hello from the train")
    for _ in range(8):
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.localName") == "visavis-chat"
    await widget.keep_picture("widget-phone-dark")
    # The keyboard opens: what is left to see is half the screen, and the box stays in it.
    await page.set_viewport_size({"width": 390, "height": 430})
    await expect(widget.box).to_be_in_viewport(ratio=1)
    await page.get_by_role("button", name="Close chat").first.click()
    await expect(widget.panel).to_be_hidden()


async def test_it_lives_on_a_stranger_s_site_under_a_strict_policy(service: str, page: Page) -> None:
    sockets = service.replace("http", "ws", 1)
    policy = f"default-src 'none'; script-src {service}; connect-src {service} {sockets}"

    async def get_shop(_: web.Request) -> web.Response:
        script = f'<script src="{service}/widget.js" data-account="vega" async></script>'
        text = f"<!doctype html><title>Shop</title>{script}"
        return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": policy})

    shop = web.Application()
    shop.router.add_get("/", get_shop)
    widget = Widget(page)
    async with serve(shop) as (url, _):
        await page.goto(url)
        await widget.open()
        await widget.say("hello over there")
        await widget.expect_said("1: hello over there")
        await widget.choose_files(FilePayload(name="cup.png", mimeType="image/png", buffer=PICTURE))
        await page.get_by_role("button", name="Send").click()
        drawn = widget.log.get_by_role("img", name="cup.png")
        await expect(drawn).to_have_attribute("data-drawn", "")
        box = await widget.panel.bounding_box()
        assert box is not None
        assert (box["width"], box["height"]) == (380, 600)


async def test_a_message_cannot_become_markup(service: str, page: Page) -> None:
    widget = Widget(page)
    await page.goto(f"{service}/chat/lyra")
    await widget.open()
    await widget.say("<img src=x onerror=alert(1)> https://lyra.example/a?b=<c>")
    await widget.expect_said("1: <img src=x onerror=alert(1)> lyra.example/a?b=<c>")
    assert await widget.log.locator("img").count() == 0
    assert await widget.log.get_by_role("link").first.get_attribute("rel") == "noopener noreferrer"
