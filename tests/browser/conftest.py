"""A real Chromium. Without one these tests are skipped, and say so; CI names its own and must have it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import ViewportSize, async_playwright, expect

from bot.errors import SettingsError
from bot.web.static_files import load_static_files
from tests.browser.brand import Brand, fill_queue, serving_brand
from tests.browser.chromium import find_chromium, running_chromium
from tests.fakes.desk_service import make_desk_app
from tests.fakes.serving import serve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from playwright.async_api import Browser, Page

    from bot.service.road import Road

    PageOpener = Callable[[ViewportSize], Awaitable[Page]]

SCREENSHOTS = Path(__file__).parent / "screenshots"
PHONE = ViewportSize(width=390, height=844)
DESKTOP = ViewportSize(width=1440, height=900)
BUSY = 40  # customers who wait at the desk
expect.set_options(timeout=20_000)  # ms; what comes in half a second takes longer where much else is tested


@pytest.fixture(scope="session")
def browser_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a browser that runs for all tests: to start one takes longer than most of them."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium on this machine: install one to run the browser tests")
    with running_chromium(path, tmp_path_factory.mktemp("chromium")) as address:
        yield address


@pytest.fixture
async def chromium(browser_address: str) -> AsyncIterator[Browser]:
    """A running headless browser; what is opened in it is closed with the test."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect_over_cdp(browser_address)
        yield browser
        await browser.close()


@pytest.fixture
async def open_page(chromium: Browser) -> AsyncIterator[PageOpener]:
    """Open a page in a browser profile of its own. An error in any page's script fails the test."""
    troubles: list[str] = []

    async def open_one(viewport: ViewportSize) -> Page:
        context = await chromium.new_context(viewport=viewport, locale="en-GB", reduced_motion="reduce")
        page = await context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "console", lambda said: troubles.append(said.text) if "Content Security" in said.text else None
        )
        return page

    yield open_one
    assert not troubles


@pytest.fixture
async def address(road: Road) -> AsyncIterator[str]:
    """The desk alone with its built assets."""
    try:
        static_files = load_static_files()
    except SettingsError as error:
        pytest.skip(str(error))
    async with serve(make_desk_app(road, static_files)) as (url, _):
        yield url


@pytest.fixture(scope="session")
def brand(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Brand]:
    """The demo brand in service, with people waiting at the desk."""
    if find_chromium() is None:
        pytest.skip("no Chromium on this machine: install one to run the browser tests")
    try:
        load_static_files()
    except SettingsError as error:
        pytest.skip(str(error))
    model = request.getfixturevalue("demo_model")  # not an argument: it takes time, and may not be needed
    with serving_brand(tmp_path_factory.mktemp("brand"), model) as brand:
        fill_queue(brand, customers=BUSY)
        yield brand


async def keep_pictures(page: Page, name: str) -> None:
    """Keep what is on the screen, light and dark, for people to look at: no colour half way to the other."""
    SCREENSHOTS.mkdir(exist_ok=True)
    for scheme in ("dark", "light"):
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await page.screenshot(path=SCREENSHOTS / f"{name}-{scheme}.png")
