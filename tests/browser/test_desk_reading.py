"""The desk of somebody with many conversations open: nothing below, beneath or behind is missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.desk_road import complain, log_in

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from bot.service.road import Road

pytestmark = pytest.mark.browser


async def test_escape_leaves_the_search_and_then_shows_again_what_it_hid(
    road: Road, chromium: Browser, address: str
) -> None:
    conversation_id = await complain(road)
    page = await log_in(road, chromium, address, "Mara")
    async with page.expect_response("**/desk/rows?view=waiting"):  # after it nothing shows the list anew
        await page.reload()
    await page.keyboard.press("/")
    await page.keyboard.type("nobody is called that")
    await expect(page.get_by_text("No name or word in this list matches.")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("#find")).not_to_be_focused()
    await expect(page.locator("#find")).to_have_value("nobody is called that")
    await page.keyboard.press("Escape")
    await expect(page.locator(f"#row-{conversation_id}")).to_be_visible()
    await expect(page.locator("#find")).to_have_value("")
    await page.keyboard.press("j")
    await expect(page.locator(f"#row-{conversation_id} a")).to_be_focused()
