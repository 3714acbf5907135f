"""The staff pages as those who work on them see them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playwright.async_api import expect

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

    from tests.browser.brand import Brand, Login

TRAINING_TAKES = 300_000  # ms at most, on a slow machine


async def log_in(page: Page, brand: Brand, login: Login, path: str = "/desk") -> None:
    """Go to a page that asks who one is."""
    await page.goto(f"{brand.url}{path}")
    await page.get_by_label("E-mail address").fill(login.email)
    await page.get_by_label("Password").fill(login.password)
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("main")).to_be_visible()
    await page.wait_for_load_state()  # by then its script hears keys


@dataclass(frozen=True)
class DeskPage:
    """The desk, in one browser."""

    page: Page

    @property
    def messages(self) -> Locator:
        return self.page.locator("#messages .said")

    @property
    def holder(self) -> Locator:
        return self.page.locator("#holder")

    def find_row(self, words: str) -> Locator:
        return self.page.locator("#rows .row", has_text=words)

    async def open(self, words: str) -> None:
        """Open the one conversation whose row has these words."""
        await self.find_row(words).get_by_role("link").click()
        await expect(self.page.get_by_role("log", name="Conversation")).to_be_visible()

    async def list_said(self) -> list[str]:
        """Return what was said, without who said it and when; buttons stand behind their text."""
        return await self.messages.locator(".words > p:first-child").all_inner_texts()

    async def reply(self, text: str) -> None:
        await self.page.keyboard.press("r")
        await self.page.keyboard.type(text)
        await self.page.keyboard.press("Enter")
        await expect(self.messages.last).to_contain_text(text)

    async def give_back(self) -> None:
        await self.page.get_by_role("button", name="Give back to bot").click()
        await expect(self.holder).to_contain_text("The bot has this conversation.")


@dataclass(frozen=True)
class TrainerPage:
    """The trainer's pages, in one browser."""

    page: Page

    @property
    def sentence(self) -> Locator:
        return self.page.locator("#teach blockquote")

    async def turn_to(self, text: str) -> None:
        """Look for a sentence among all that wait."""
        await self.page.get_by_role("link", name="All sentences").click()
        await self.page.get_by_role("link", name=text, exact=True).click()
        await expect(self.sentence).to_have_text(text)

    async def choose(self, intent: str) -> None:
        """Decide by keys alone: the number of a likely intent, else the search."""
        likely = self.page.locator(".choice", has=self.page.get_by_text(intent, exact=True))
        if await likely.count():
            await self.page.keyboard.press(await likely.get_attribute("data-key") or "")
        else:
            await self.page.keyboard.press("/")
            await self.page.keyboard.type(intent)
            await self.page.keyboard.press("Enter")
        await expect(
            self.page.get_by_role("status").filter(has_text=f"as an example of “{intent}”")
        ).to_be_visible()

    async def train(self) -> None:
        """Press the button, and see the training go on."""
        await self.page.get_by_role("button", name=re.compile("^Train")).click()
        bar = self.page.get_by_role("progressbar")
        await expect(bar).to_be_visible()
        await expect(bar).not_to_have_attribute("value", re.compile(r"^0\.0"), timeout=TRAINING_TAKES)

    async def wait_until_trained(self) -> None:
        await expect(self.page.get_by_text("A new model is ready.")).to_be_visible(timeout=TRAINING_TAKES)

    async def put_into_service(self) -> None:
        """Put the model the page speaks about into service, and wait until it answers there."""
        await self.page.locator(".result").get_by_role("button", name="Put into service").click()
        await self._until_it_answers()

    async def take_back(self) -> None:
        await self.page.get_by_role("button", name="Take back").click()
        await self._until_it_answers()

    async def _until_it_answers(self) -> None:
        await expect(self.page.locator(".result .serving")).to_be_visible()
        await expect(self.page.locator("#lagging")).to_have_count(0, timeout=30_000)
