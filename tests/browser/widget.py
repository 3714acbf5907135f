"""The chat widget as its visitor sees it, by what is announced and shown rather than by markup."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import expect

from bot.service.loops import run_courier, run_worker
from bot.web.keys import CONNECTORS
from tests.browser.conftest import SCREENSHOTS
from tests.fakes.chat_service import make_chat_app
from tests.fakes.engine import PlainEngine
from tests.fakes.serving import serve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, FilePayload, Locator, Page, ViewportSize, WebSocketRoute

    from bot.service.road import Road

PICTURE = (Path(__file__).parents[2] / "bot/web/assets/pictures/chat.png").read_bytes()


@asynccontextmanager
async def serving_chat(road: Road, engine: PlainEngine | None = None) -> AsyncIterator[str]:
    """Serve the chat, with a worker that answers and a courier that delivers; yields its address."""
    app = make_chat_app(road)
    crews = [
        asyncio.create_task(run_worker(road, engine or PlainEngine(), consumer="w", slots=4)),
        asyncio.create_task(run_courier(road, app[CONNECTORS], consumer="c", slots=4)),
    ]
    async with serve(app) as (url, _):
        yield url
    for crew in crews:
        crew.cancel()
        with suppress(asyncio.CancelledError):
            await crew


@asynccontextmanager
async def opened_page(chromium: Browser, viewport: ViewportSize) -> AsyncIterator[Page]:
    """Open a page. An error in a script, or against the page's policy, fails the test."""
    troubles: list[str] = []
    context = await chromium.new_context(viewport=viewport, locale="en-GB", reduced_motion="reduce")
    page = await context.new_page()
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if "Content Security" in said.text else None)
    yield page
    await context.close()
    assert not troubles


@dataclass
class Line:
    """Lets sockets through, or breaks them."""

    cut: bool = False
    sockets: list[WebSocketRoute] = field(default_factory=list)

    async def route(self, page: Page) -> None:
        await page.route_web_socket("**/ws", self._handle)

    async def break_off(self) -> None:
        self.cut = True
        for socket in self.sockets:
            await socket.close(code=1012)
        self.sockets.clear()

    async def _handle(self, socket: WebSocketRoute) -> None:
        if self.cut:
            await socket.close(code=1012)
        else:
            socket.connect_to_server()
            self.sockets.append(socket)


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

    async def choose_files(self, *files: FilePayload) -> None:
        """Choose files by the button beside the box."""
        await self._choose(list(files))

    async def choose_large_file(self, path: Path) -> None:
        """Choose a file of the disk, without its bytes going through the driver."""
        await self._choose(path)

    async def _choose(self, files: Path | list[FilePayload]) -> None:
        async with self.page.expect_file_chooser() as chosen:
            await self.page.get_by_role("button", name="Add files of at most").click()
        await (await chosen.value).set_files(files)

    async def keep_picture(self, name: str) -> None:
        SCREENSHOTS.mkdir(exist_ok=True)
        await self.page.screenshot(path=SCREENSHOTS / f"{name}.png")
