"""Take the README's pictures again: `python -m tests.browser.take_pictures`.

They show the real service with the demo brand, as the tests of the whole road leave it.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import ViewportSize, async_playwright, expect

from tests.browser.brand import REPOSITORY, fill_queue, serving_brand
from tests.browser.chromium import ARGUMENTS, find_chromium
from tests.browser.conftest import BUSY, DESKTOP
from tests.browser.palette import shrink
from tests.browser.staff_pages import DeskPage, TrainerPage, log_in
from tests.browser.widget import Widget

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

    from tests.browser.brand import Brand

PICTURES = REPOSITORY / "bot/web/assets/pictures"
PHONE = ViewportSize(width=390, height=780)
LARGEST = 150_000  # bytes: a README must load on a train
UNKNOWN = ("any doodah for my laptop", "sweat", "left lug", "does it fit my noggin")


async def take_pictures(brand: Brand, browser: Browser) -> None:
    """Walk the road once, and keep the screen of each of the three people."""
    staff, customer = await open_page(browser, DESKTOP), await open_page(browser, PHONE)
    await log_in(staff, brand, brand.add_staff("Mara Lindqvist", "agent", "trainer"))
    desk, widget = DeskPage(staff), Widget(customer)
    await customer.goto(f"{brand.url}/chat/lyra")
    await widget.open()
    await widget.say("where is my order LY-105310? I am priya@example.com")
    await expect(widget.log.locator(".bot")).to_have_count(2)
    await widget.say("this is taking forever, I have a gig on Saturday")
    await expect(widget.panel).to_contain_text("A person will write here by")
    await desk.open("this is taking forever, I have")
    await desk.reply(
        "Hello, I am sorry. Your order is packed; I send it by courier, and it is with you on Friday."
    )
    await expect(desk.messages.last).to_contain_text("Read")
    await widget.say("perfect, thank you Mara")
    await expect(desk.messages.last).to_contain_text("perfect, thank you Mara")
    await staff.locator(".rows-scroll").evaluate("(list) => list.scrollTo(0, 0)")
    await blur(staff, customer)
    await keep(customer, "chat")
    await keep(staff, "desk")
    await staff.goto(f"{brand.url}/trainer")
    await TrainerPage(staff).turn_to(UNKNOWN[0])
    await blur(staff)
    await keep(staff, "trainer")


async def open_page(browser: Browser, viewport: ViewportSize) -> Page:
    """Return a page in a profile of its own."""
    context = await browser.new_context(viewport=viewport, locale="en-GB", reduced_motion="reduce")
    return await context.new_page()


async def blur(*pages: Page) -> None:
    """Let nothing have the focus, as when somebody only looks."""
    for page in pages:
        await page.keyboard.press("Shift+Tab")
        await page.mouse.move(0, 0)
        await page.evaluate(
            "document.activeElement?.shadowRoot?.activeElement?.blur(); document.activeElement?.blur()"
        )


async def keep(page: Page, name: str) -> None:
    """Write what is on the screen. Raises `RuntimeError` when it is too large for the README."""
    browser = page.context.browser
    assert browser is not None
    picture = await shrink(browser, await page.screenshot())
    if len(picture) > LARGEST:
        raise RuntimeError(f"{name}.png is {len(picture):,} bytes, more than {LARGEST:,}")
    (PICTURES / f"{name}.png").write_bytes(picture)


async def main() -> None:
    """Serve the brand, fill its queue, take the pictures."""
    path = find_chromium()
    if path is None:
        sys.exit("no Chromium on this machine: install one to take pictures")
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, serving_brand(Path(folder)) as brand:
        fill_queue(brand, customers=BUSY)
        for number, text in enumerate(UNKNOWN):
            brand.write(f"Somebody {number}", text)
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            await take_pictures(brand, browser)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
