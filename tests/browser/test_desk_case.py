"""A case in the browser: both threads in one, each marked, and it is plain where an answer goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from bot.errors import SettingsError
from bot.web.static_files import load_static_files
from tests.browser.conftest import DESKTOP, PHONE, keep_pictures
from tests.browser.desk_road import log_in, open_row, wait_live
from tests.fakes.desk_service import make_desk_app
from tests.fakes.serving import serve
from tests.integration.service.cases import Place, account, opened, place, posts, writes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, ViewportSize

    from bot.service.road import Road

pytestmark = pytest.mark.browser

CLOSING = "We have looked into this in private"


@pytest.fixture
def town(road: Road) -> Place:
    return place(road, account())


@pytest.fixture
async def address(town: Place) -> AsyncIterator[str]:
    """The desk over a channel of posts and direct messages."""
    try:
        static_files = load_static_files()
    except SettingsError as error:
        pytest.skip(str(error))
    connectors = {("webchat", "lyra"): town.connector}
    async with serve(make_desk_app(town.road, static_files, connectors=connectors)) as (url, _):
        yield url


async def begin(town: Place) -> tuple[int, int]:
    town.connector.results = [opened()]
    public_id = await town.hear(posts("Your lamp smokes, and no person answers. A person, please!"))
    return public_id, await town.hear(writes("Here I am. My order is LY-105310."))


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE])
async def test_both_threads_are_read_as_one_and_answered_in_private(
    town: Place, chromium: Browser, address: str, viewport: ViewportSize
) -> None:
    _, private_id = await begin(town)
    page = await log_in(town.road, chromium, address, "Mara", viewport)
    await expect(page.locator("#rows > .row")).to_have_count(1)
    await expect(page.locator(".row-where")).to_have_text("webchat, public and private")
    await open_row(page, private_id)
    await wait_live(page)
    marks = page.locator("#messages > .place")
    await expect(marks).to_have_text(["In public", "In private", "In public", "In private"])
    await expect(page.locator("#where")).to_contain_text("Your answer goes to Ann alone.")
    await expect(page.locator(".past")).to_have_count(0)  # the other thread is read here
    await keep_pictures(page, f"case-{viewport['width']}")
    await page.locator("#text").fill("Hello Ann, switch it off, please.")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.locator("#messages > .is-staff")).to_contain_text("switch it off")
    await town.send(private_id)
    assert town.alone()[-1] == "Hello Ann, switch it off, please."
    await town.hear(posts("Thanks for nothing!", event_id="post-2"))
    await expect(page.locator("#messages")).to_contain_text("Thanks for nothing!")
    await expect(marks.last).to_have_text("In public")


async def test_answer_in_public_is_a_choice_that_says_so(
    town: Place, chromium: Browser, address: str
) -> None:
    public_id, private_id = await begin(town)
    page = await log_in(town.road, chromium, address, "Mara")
    await open_row(page, private_id)
    await page.get_by_role("link", name="Answer in public").click()
    await expect(page.locator("#where")).to_contain_text("Your answer goes out in public.")
    await keep_pictures(page, "case-public")
    await page.locator("#text").fill("We are looking into it.")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.locator("#messages > .is-staff")).to_contain_text("looking into it")
    await town.send(public_id)
    assert town.public()[-1] == "We are looking into it."


@pytest.mark.parametrize("quietly", [True, False])
async def test_resolved_case_says_a_last_word_in_public_unless_told_not_to(
    town: Place, chromium: Browser, address: str, *, quietly: bool
) -> None:
    public_id, private_id = await begin(town)
    page = await log_in(town.road, chromium, address, "Mara")
    await open_row(page, private_id)
    await wait_live(page)
    if quietly:
        await page.get_by_label("Without a last word in public").check()
    await page.get_by_role("button", name="Resolve", exact=True).click()
    await expect(page.locator("#holder.is-resolved")).to_be_visible()
    await town.send(public_id)
    assert any(CLOSING in each for each in town.public()) is not quietly


async def test_page_of_the_public_thread_learns_that_they_write_in_private_now(
    town: Place, chromium: Browser, address: str
) -> None:
    town.connector.results = [opened()]
    public_id = await town.hear(posts("A person, please!"))
    page = await log_in(town.road, chromium, address, "Mara")
    await open_row(page, public_id)
    await wait_live(page)
    await town.hear(writes("Here I am."))
    await expect(page.locator("#messages")).to_contain_text("Here I am.")
    await expect(page.locator("#where")).to_contain_text("Your answer goes out in public.")
    await page.get_by_role("link", name="Answer in private").click()
    await expect(page.locator("#where")).to_contain_text("Your answer goes to Ann alone.")
