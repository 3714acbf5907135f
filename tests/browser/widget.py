"""The chat widget as its visitor sees it, by what is announced and shown rather than by markup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.browser.conftest import SCREENSHOTS

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page


@dataclass(frozen=True)
class Widget:
    """The widget on one page."""

    page: Page

    @property
    def panel(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log", name="Conversation")

    @property
    def box(self) -> Locator:
        return self.page.get_by_role("textbox", name="Write a message")

    async def open(self) -> None:
        await self.page.locator("visavis-chat .launcher").click()
        await expect(self.panel).to_be_visible()

    async def say(self, text: str) -> None:
        await self.box.fill(text)
        await self.box.press("Enter")

    async def expect_said(self, text: str) -> None:
        """Wait until exactly one message of the log says `text`."""
        await expect(self.log.locator(".bubble").get_by_text(text, exact=True)).to_have_count(1)

    async def list_said(self) -> list[str]:
        return await self.log.locator(".bubble").all_inner_texts()

    async def keep_picture(self, name: str) -> None:
        SCREENSHOTS.mkdir(exist_ok=True)
        await self.page.screenshot(path=SCREENSHOTS / f"{name}.png")
