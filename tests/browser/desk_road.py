"""The desk alone in a browser, over a road of the test's own: who logs in, who complains."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from playwright.async_api import expect

from bot.domain.staff import Role
from bot.service.add_staff import add_staff
from bot.storage.staff import get_login
from tests.browser.conftest import DESKTOP
from tests.integration.service.delivering import answered
from tests.integration.service.events import says

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Locator, Page, Route, ViewportSize

    from bot.domain.staff import Staff
    from bot.service.road import Road

PASSWORD = "correct horse battery"
# A page says of itself when its stream of live events is open: before, what happens reaches nobody.
_TELLING = """
    window.EventSource = class extends EventSource {
        constructor(url) {
            super(url);
            this.addEventListener("open", () => { document.documentElement.dataset.live = "yes"; });
        }
    };
"""


async def log_in(
    road: Road,
    chromium: Browser,
    address: str,
    name: str,
    viewport: ViewportSize = DESKTOP,
    *,
    zone: str | None = None,
) -> Page:
    """Return a page on which somebody new has logged in, in a browser of their own."""
    email = f"{name.lower()}@lyra.example"
    await add_staff(road, email=email, name=name, password=PASSWORD, roles=[Role.AGENT])
    context = await chromium.new_context(viewport=viewport, timezone_id=zone, locale="en-GB")
    await context.add_init_script(_TELLING)
    page = await context.new_page()
    await page.goto(f"{address}/desk")
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await expect(page.locator("main.desk")).to_be_visible()
    await page.wait_for_load_state()  # by then its script hears keys
    return page


async def wait_live(page: Page) -> None:
    """Return when a page hears of what happens."""
    await expect(page.locator("html")).to_have_attribute("data-live", "yes")


async def staff_named(road: Road, name: str) -> Staff:
    """Return who logged in with this name."""
    async with road.database.read() as connection:
        login = await get_login(connection, f"{name.lower()}@lyra.example")
    assert login
    return login.staff


async def complain(road: Road, text: str = "a person please, it smokes", sender: str = "nora") -> int:
    """Have a customer need a person; returns the conversation."""
    return await answered(road, says(text, sender=sender))


async def open_row(page: Page, conversation_id: int) -> Locator:
    """Open a conversation from the list; returns the box's text field."""
    await page.locator(f"#row-{conversation_id} a").click()
    await expect(page.locator(f'[data-conversation="{conversation_id}"]')).to_be_visible()
    return page.locator("#text")


async def open_complaint(road: Road, chromium: Browser, address: str) -> tuple[int, Page, Locator]:
    """Have a customer need a person, and Mara open it: returns the conversation, her page, its text field."""
    conversation_id = await complain(road)
    page = await log_in(road, chromium, address, "Mara")
    return conversation_id, page, await open_row(page, conversation_id)


@dataclass(eq=False)
class Hold:
    """What a page sends, held on its way; `lost` ones reach the server, their answers nobody."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    lost: bool = False

    async def take(self, route: Route) -> None:
        lost = self.lost
        self.asked.set()
        await self.go_on.wait()
        if lost:
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()


@asynccontextmanager
async def holding(page: Page, pattern: str, *, lost: bool = False) -> AsyncIterator[Hold]:
    """Hold the next requests of a page that match."""
    hold = Hold(lost=lost)
    await page.route(pattern, hold.take)
    try:
        yield hold
    finally:
        hold.lost = False
        hold.go_on.set()
