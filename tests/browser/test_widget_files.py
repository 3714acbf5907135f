"""Files, consent and identity in the widget, as a customer meets them."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import FilePayload, ViewportSize, expect

from tests.browser.widget import PICTURE, Line, Widget, opened_page, serving_chat
from tests.fakes.chat_service import SECRET, STRICT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Browser, Page

    from bot.service.road import Road

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=390, height=844)
DESKTOP = ViewportSize(width=1280, height=800)
STORED = "Object.keys(localStorage).filter((key) => key.startsWith('visavis:'))"


def file(name: str = "earcup.png", mime: str = "image/png", content: bytes = PICTURE) -> FilePayload:
    return FilePayload(name=name, mimeType=mime, buffer=content)


@pytest.fixture
async def service(road: Road) -> AsyncIterator[str]:
    """The running chat."""
    async with serving_chat(road) as url:
        yield url


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
async def page(chromium: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    """A page. An error in a script, or against the page's policy, fails the test."""
    async with opened_page(chromium, request.param) as page:
        yield page


async def test_picture_and_letter_are_sent_and_seen_again_after_a_reload(service: str, page: Page) -> None:
    widget = Widget(page)
    await page.goto(f"{service}/chat/lyra")
    await widget.open()
    await widget.choose_files(file(), file("letter.txt", "text/plain", b"Dear all, it broke."))
    tray = page.get_by_role("list", name="Files to send")
    await expect(tray.get_by_role("listitem")).to_have_count(2)
    await widget.box.fill("quiet please, look at this")
    await expect(page.get_by_role("button", name="Send")).to_be_enabled()
    await widget.keep_picture(f"widget-tray-{page.viewport_size and page.viewport_size['width']}")
    await widget.box.press("Enter")
    await expect(tray).to_be_hidden()
    for _ in range(2):
        drawn = widget.log.get_by_role("img", name="earcup.png")
        await expect(drawn).to_have_attribute("data-drawn", "")
        box = await drawn.bounding_box()
        assert box is not None
        assert box["height"] == 180
        assert box["width"] > 50
        await expect(widget.log).to_contain_text("letter.txt · 1 kB")
        async with page.expect_download() as saved:
            await widget.log.get_by_role("button", name="Save letter.txt").click()
        letter = await (await saved.value).path()
        assert await asyncio.to_thread(letter.read_bytes) == b"Dear all, it broke."
        await page.emulate_media(color_scheme="dark")
        await widget.keep_picture(f"widget-files-{page.viewport_size and page.viewport_size['width']}")
        await page.reload()
        if await page.locator("visavis-chat .launcher").is_visible() and not await widget.panel.is_visible():
            await widget.open()
    assert await widget.list_said() == ["Hello, I am a bot.", "quiet please, look at this"]


async def test_what_is_not_taken_is_said_in_words_and_loses_nothing(
    service: str, page: Page, tmp_path: Path
) -> None:
    widget, huge = Widget(page), tmp_path / "huge.png"
    huge.write_bytes(b"x" * 10_000_001)
    await page.goto(f"{service}/chat/lyra")
    await widget.open()
    await widget.box.fill("half a thought")
    await widget.choose_files(file("page.html", "text/html", b"<html></html>"))
    await expect(widget.panel).to_contain_text("page.html is of a kind that is not taken here.")
    await widget.choose_large_file(huge)
    await expect(widget.panel).to_contain_text("huge.png is larger than 10 MB.")
    await widget.choose_files(file("disguised.png", "image/png", b"<html><script>alert(1)</script></html>"))
    await expect(widget.panel).to_contain_text("Files of this kind are not taken.")
    await expect(page.get_by_role("button", name="Send")).to_be_disabled()
    await page.get_by_role("button", name="Remove disguised.png").click()
    await expect(page.get_by_role("button", name="Send")).to_be_enabled()
    await widget.choose_files(*[file(f"{number}.png") for number in range(6)])
    await expect(widget.panel).to_contain_text("At most 5 files in one message.")
    await expect(widget.box).to_have_value("half a thought")


async def test_files_are_pasted_and_dropped(service: str, page: Page) -> None:
    widget = Widget(page)
    await page.goto(f"{service}/chat/lyra")
    await widget.open()
    give = """(node, [kind, text]) => {
        const held = new DataTransfer()
        held.items.add(new File([text], `${kind}.txt`, {type: 'text/plain'}))
        node.dispatchEvent(kind === 'paste'
            ? new ClipboardEvent('paste', {clipboardData: held, bubbles: true, cancelable: true})
            : new DragEvent(kind, {dataTransfer: held, bubbles: true, cancelable: true}))
    }"""
    await expect(page.get_by_role("button", name="Add files of at most")).to_be_visible()
    await widget.box.evaluate(give, ["paste", "one"])
    await widget.panel.evaluate(give, ["dragover", "two"])
    await expect(widget.panel).to_contain_text("Drop files here")
    await widget.panel.evaluate(give, ["drop", "two"])
    await expect(page.get_by_role("list", name="Files to send").get_by_role("listitem")).to_have_count(2)


async def test_nothing_is_kept_before_a_customer_agrees(service: str, page: Page) -> None:
    widget, asked = Widget(page), []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"{service}/chat/strict")
    await widget.open()
    await expect(widget.panel).to_contain_text(STRICT["consent"])
    await expect(widget.box).to_be_hidden()
    await page.evaluate("Visavis.ask('where is my order')")
    await expect(widget.log).to_contain_text("where is my order")
    assert await page.evaluate(STORED) == []
    assert not [url for url in asked if url.endswith(("/session", "/ws"))]
    await widget.keep_picture(f"widget-consent-{page.viewport_size and page.viewport_size['width']}")
    agree = page.get_by_role("button", name="Agree and start")
    await agree.click()
    await expect(widget.panel).to_contain_text("Write your name to go on.")
    await expect(page.get_by_role("textbox", name="Name")).to_be_focused()
    await page.get_by_role("textbox", name="Name").fill("Ann")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("textbox", name="E-mail address")).to_be_focused()
    await page.keyboard.type("ann@example")
    await agree.click()
    await expect(widget.panel).to_contain_text("Write an address like name@example.com.")
    await page.get_by_role("textbox", name="E-mail address").fill("ann@example.org")
    await page.keyboard.press("Enter")
    await expect(widget.box).to_be_focused()
    await widget.expect_said("1: where is my order")
    await expect(widget.log).to_contain_text(f"Agreed to: {STRICT['consent']}")
    await page.reload()
    if not await widget.panel.is_visible():
        await widget.open()
    await expect(widget.box).to_be_visible()


async def test_who_is_logged_in_goes_on_on_another_device_and_leaves_no_trace_when_gone(
    service: str, page: Page, chromium: Browser
) -> None:
    digest = hmac.new(SECRET.encode(), b"42", hashlib.sha256).hexdigest()
    identity = json.dumps({"id": "42", "hash": digest, "name": "Ann"})
    async with opened_page(chromium, PHONE) as phone:
        await phone.add_init_script(f"window.VisavisIdentity = {identity}")
        await phone.goto(f"{service}/chat/lyra")
        await Widget(phone).open()
        await Widget(phone).say("quiet, from the phone")
        await expect(Widget(phone).log).to_contain_text("Sent")
    widget = Widget(page)
    await page.goto(f"{service}/chat/lyra")
    await widget.open()
    await widget.say("quiet, from a stranger")
    await expect(widget.log).to_contain_text("Sent")
    await page.evaluate(f"Visavis.identify({identity})")
    await widget.expect_said("quiet, from the phone")
    assert "quiet, from a stranger" not in await widget.list_said()
    await page.evaluate("Visavis.reset()")
    await expect(widget.log).not_to_contain_text("from the phone")
    await widget.say("quiet, from somebody else")
    await expect(widget.log).to_contain_text("Sent")
    assert await widget.list_said() == ["Hello, I am a bot.", "quiet, from somebody else"]


async def test_wrong_identity_is_told_to_the_developer_and_the_customer_can_write(
    service: str, page: Page
) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    widget = Widget(page)
    await page.goto(f"{service}/chat/lyra")
    await page.evaluate("Visavis.identify({id: '42', hash: 'made up'})")
    await widget.open()
    await widget.say("quiet one")
    await expect(widget.log).to_contain_text("Sent")
    assert [each for each in said if each.startswith("Visavis: the `hash` of this identity is wrong")]


async def test_nobody_is_there_so_an_address_is_left(service: str, page: Page) -> None:
    widget, line = Widget(page), Line()
    await line.route(page)
    await page.goto(f"{service}/chat/lyra")
    await widget.open()
    await page.get_by_role("button", name="Talk to a person").click()
    await expect(widget.panel).to_contain_text("Nobody is at work here now. A person will write here by")
    address = page.get_by_role("textbox", name="E-mail address")
    await address.fill("ann@example")
    await page.get_by_role("button", name="Leave address").click()
    await expect(widget.panel).to_contain_text("Write an address like name@example.com.")
    await widget.keep_picture(f"widget-away-{page.viewport_size and page.viewport_size['width']}")
    await line.break_off()
    await address.fill("ann@example.org")
    await address.press("Enter")
    await expect(widget.panel).to_contain_text("can be reached at ann@example.org")
    await widget.say("quiet, and thank you")
    await expect(widget.log).to_contain_text("Will be sent")
    line.cut = False
    async with asyncio.timeout(30):
        await expect(widget.log).to_contain_text("Left for the answer: ann@example.org", timeout=30_000)
    await expect(widget.log).not_to_contain_text("Will be sent")
