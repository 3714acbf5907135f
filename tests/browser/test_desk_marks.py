"""Correcting how a message was judged, in a real browser: two presses, by mouse, keys or thumb."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.conftest import DESKTOP, PHONE, SCREENSHOTS
from tests.browser.desk_road import log_in, open_row
from tests.fakes.judging_engine import CALM, hear

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from bot.service.road import Road

pytestmark = pytest.mark.browser


async def test_two_presses_correct_it_and_a_colleague_sees_it(
    road: Road, chromium: Browser, address: str
) -> None:
    conversation_id, message_id = await hear(road, "a person please, it smokes")
    mara = await log_in(road, chromium, address, "Mara", DESKTOP)
    tim = await log_in(road, chromium, address, "Tim", DESKTOP)
    mark = f"#m-{message_id} .mark"
    for page in (mara, tim):
        await open_row(page, conversation_id)
        await expect(page.locator(f"{mark} summary")).to_contain_text("complaint · urgent · angry")
    await mara.locator("#text").fill("A thought")
    await mara.locator(f"{mark} summary").click()
    await mara.locator(mark).get_by_role("button", name="No complaint").click()
    for page in (mara, tim):
        await expect(page.locator(f"{mark} summary")).to_contain_text("urgent · angry (corrected by Mara)")
    await mara.screenshot(path=SCREENSHOTS / "desk-mark.png")
    await expect(mara.locator("#text")).to_have_value("A thought")
    await mara.locator(mark).get_by_role("button", name="Take back").click()
    await expect(mara.locator(f"{mark} summary")).to_contain_text("complaint · urgent · angry")


async def test_keys_alone_correct_the_last_message(road: Road, chromium: Browser, address: str) -> None:
    conversation_id, message_id = await hear(road, "a person please, it smokes")
    page = await log_in(road, chromium, address, "Mara", DESKTOP)
    await page.goto(f"{address}/desk/c/{conversation_id}")
    mark = page.locator(f"#m-{message_id} .mark")
    await page.keyboard.press("c")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(mark.get_by_role("button", name="No complaint", pressed=True)).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(mark.get_by_role("button").first).to_be_hidden()
    await expect(mark.locator("summary")).to_be_focused()


async def test_on_a_phone_a_quiet_message_is_corrected_with_a_thumb(
    road: Road, chromium: Browser, address: str
) -> None:
    conversation_id, message_id = await hear(road, "a person please", triage=CALM)
    page = await log_in(road, chromium, address, "Mara", PHONE)
    await page.goto(f"{address}/desk/c/{conversation_id}")
    mark = page.locator(f"#m-{message_id} .mark")
    await mark.locator("summary").click()
    await mark.get_by_role("button", name="Unhappy").click()
    await expect(mark.locator("summary")).to_contain_text("unhappy (corrected by Mara)")
    await page.screenshot(path=SCREENSHOTS / "desk-mark-phone.png")
    assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
