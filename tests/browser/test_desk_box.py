"""The box: files that go along, until when one may write and how much, and to whom alone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import FilePayload, expect

from bot.errors import SettingsError
from bot.service.receive import receive
from bot.web.static_files import load_static_files
from tests.browser.conftest import DESKTOP, PHONE, keep_pictures
from tests.browser.desk_road import holding, log_in, open_row, wait_live
from tests.fakes.desk_service import make_desk_app
from tests.fakes.public_channel import WEEK, posts, public_connector
from tests.fakes.serving import serve
from tests.integration.service.delivering import answered, let_pass
from tests.integration.service.events import says

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page

    from bot.service.road import Road

pytestmark = pytest.mark.browser

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


@pytest.fixture
async def address(road: Road) -> AsyncIterator[str]:
    """The desk over a channel with windows, private replies and pictures."""
    try:
        static_files = load_static_files()
    except SettingsError as error:
        pytest.skip(str(error))
    connectors = {("webchat", "lyra"): public_connector()}
    async with serve(make_desk_app(road, static_files, connectors=connectors)) as (url, _):
        yield url


def picture(name: str = "label.png") -> FilePayload:
    return FilePayload(name=name, mimeType="image/png", buffer=PICTURE)


async def open_chat(road: Road, chromium: Browser, address: str) -> tuple[int, Page]:
    conversation_id = await answered(road, says("a person please, it smokes", sender="nora"))
    page = await log_in(road, chromium, address, "Mara")
    await open_row(page, conversation_id)
    return conversation_id, page


async def test_files_are_kept_with_the_draft_and_sent_with_it(
    road: Road, chromium: Browser, address: str
) -> None:
    _, page = await open_chat(road, chromium, address)
    await page.locator("#file").set_input_files([picture(), picture("other.png")])
    chips = page.locator(".box-file")
    await expect(chips.locator("img[src]")).to_have_count(2)
    await keep_pictures(page, "desk-box-files")
    await page.reload()
    await expect(chips).to_have_count(2)
    await page.get_by_role("button", name="Remove label.png").focus()
    await page.keyboard.press("Enter")
    await expect(chips).to_have_count(1)
    await expect(page.get_by_role("button", name="Remove other.png")).to_be_focused()
    await page.locator("#text").press("Enter")  # a picture needs no words
    await expect(page.locator("#messages .is-staff img")).to_have_count(1)
    await expect(chips).to_have_count(0)


async def test_a_file_that_is_refused_says_why_and_the_words_stay(
    road: Road, chromium: Browser, address: str
) -> None:
    _, page = await open_chat(road, chromium, address)
    await page.locator("#text").fill("Here is the slip")
    slip = FilePayload(name="slip.pdf", mimeType="application/pdf", buffer=b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    await page.locator("#file").set_input_files([slip])
    await expect(page.locator(".box-file")).to_contain_text("takes no PDF files, only pictures")
    await expect(page.locator("#text")).to_have_value("Here is the slip")
    await page.locator("#text").press("Enter")
    await expect(page.locator("#messages .is-staff")).to_contain_text("Here is the slip")


async def test_nothing_leaves_before_its_file_is_here(road: Road, chromium: Browser, address: str) -> None:
    _, page = await open_chat(road, chromium, address)
    await page.locator("#text").fill("Look")
    async with holding(page, "**/outgoing?*") as hold:
        await page.locator("#file").set_input_files([picture()])
        await hold.asked.wait()
        await page.locator("#text").press("Enter")
        await expect(page.locator("#problem")).to_contain_text("Wait until the files are here")
    await expect(page.locator(".box-file img[src]")).to_have_count(1)
    await page.locator("#text").press("Enter")
    await expect(page.locator("#messages .is-staff img")).to_have_count(1)
    await expect(page.locator("#messages .is-staff")).to_have_count(1)


async def test_the_window_is_told_and_opens_when_the_customer_writes(
    road: Road, chromium: Browser, address: str
) -> None:
    conversation_id = await answered(road, says("a person please, it smokes", sender="nora"))
    await let_pass(road, conversation_id, WEEK - timedelta(minutes=30))
    page = await log_in(road, chromium, address, "Mara")
    text = await open_row(page, conversation_id)
    await expect(page.locator("#limits")).to_contain_text("You may write until")
    await expect(page.locator("#limits")).to_contain_text("in 29m")
    await keep_pictures(page, "desk-box-window")
    await let_pass(road, conversation_id, timedelta(hours=1))
    await page.reload()
    await expect(page.locator("#limits")).to_contain_text("opens again when the customer writes")
    send = page.get_by_role("button", name="Send", exact=True)
    await expect(send).to_be_disabled()
    await text.fill("Too late?")
    await text.press("Enter")
    await wait_live(page)
    await receive(road, says("are you there?", sender="nora"))
    await expect(page.locator("#limits")).to_contain_text("You may write until")
    await expect(text).to_have_value("Too late?")
    await send.click()
    await expect(page.locator("#messages .is-staff")).to_have_count(1)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_the_author_of_a_post_is_answered_alone_once(
    road: Road, chromium: Browser, address: str, viewport: object
) -> None:
    conversation_id = await answered(road, posts("a person please, it smokes", sender="nora"))
    page = await log_in(road, chromium, address, "Mara", viewport)  # type: ignore[arg-type]
    text = await open_row(page, conversation_id)
    alone = page.get_by_role("checkbox", name="In private, to Nora alone")
    await alone.check()
    await expect(text).to_have_attribute("placeholder", "Write to Nora alone")
    await text.fill("x" * 990)
    await expect(page.locator("#left")).to_have_text("10 left")
    await text.fill("x" * 1010)
    await expect(page.locator("#left")).to_have_text("10 too many: this is one message")
    await keep_pictures(page, f"desk-box-private-{'phone' if viewport is PHONE else 'desktop'}")
    await text.fill("Your number, please?")
    await page.reload()
    await expect(alone).to_be_checked()
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.locator("#messages .is-staff")).to_contain_text("Your number, please?")
    await expect(page.locator("#limits")).to_contain_text("in private once, and that was done")
    await expect(alone).to_be_disabled()
    await expect(alone).not_to_be_checked()
    await text.fill("x" * 2300)
    await expect(page.locator("#left")).to_have_text("100 over: it goes out as 2 messages")


async def test_words_for_one_person_alone_never_turn_public_by_themselves(
    road: Road, chromium: Browser, address: str
) -> None:
    conversation_id = await answered(road, posts("a person please, it smokes", sender="nora"))
    page = await log_in(road, chromium, address, "Mara")
    text, where = await open_row(page, conversation_id), page.locator("#where")
    await expect(where).to_have_text("Your answer goes out in public.", use_inner_text=True)
    alone = page.get_by_role("checkbox", name="In private, to Nora alone")
    await alone.check()
    await expect(where).to_have_text("Your answer goes to Nora alone.", use_inner_text=True)
    await text.fill("Your order LY-105310 comes on Friday.")
    await let_pass(road, conversation_id, WEEK + timedelta(days=1))
    await page.reload()
    await expect(alone).to_be_checked()
    await expect(where).to_have_text("Your answer goes to Nora alone.", use_inner_text=True)
    send = page.get_by_role("button", name="Send", exact=True)
    await expect(send).to_be_disabled()
    await alone.uncheck()
    await expect(where).to_have_text("Your answer goes out in public.", use_inner_text=True)
    await expect(send).to_be_enabled()
    await expect(alone).to_be_disabled()
