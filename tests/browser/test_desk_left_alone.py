"""Public posts that were left alone, in a real browser: found, read, answered after all; also on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.conftest import DESKTOP, PHONE, keep_pictures
from tests.browser.desk_road import log_in
from tests.integration.service.public_posts import PASSING, hear, posts

if TYPE_CHECKING:
    from playwright.async_api import Browser, ViewportSize

    from bot.service.road import Road

pytestmark = pytest.mark.browser
SPAM = "Check out my page for daily forex signals https://fx.example/join " + "x" * 120


@pytest.mark.parametrize(("name", "viewport"), [("desktop", DESKTOP), ("phone", PHONE)])
async def test_post_is_found_with_its_reason_and_answered_after_all(
    road: Road, chromium: Browser, address: str, name: str, viewport: ViewportSize
) -> None:
    await hear(road, posts(PASSING))
    await hear(road, posts(SPAM, sender="bob", addressed="comment"))
    page = await log_in(road, chromium, address, "Mara", viewport)
    await page.goto(f"{address}/desk?view=recent")
    await page.get_by_role("link", name="Public posts left alone").click()
    first = page.locator(".left-posts > li").first
    await expect(first).to_contain_text("No answer needed: advertises something")
    await keep_pictures(page, f"left-alone-{name}")
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await page.evaluate(overflow) == 0
    await page.locator(".left-posts a", has_text="Ann").click()
    note = page.locator(".left-note")
    await expect(note).to_contain_text("No answer needed: mention in passing")
    await keep_pictures(page, f"left-alone-thread-{name}")
    await note.get_by_role("button", name="Answer after all").click()
    await expect(page.locator("#holder")).to_have_class("holder is-mine")
    await expect(page.locator(".left-note")).to_have_count(0)
