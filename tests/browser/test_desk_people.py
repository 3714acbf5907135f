"""Who a customer is, in a real browser: asked, said, taken back, and erased; also on a phone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from bot.domain.contact import Handle
from bot.service.receive import receive
from bot.service.suggest_same_person import look
from tests.browser.conftest import DESKTOP, PHONE, SCREENSHOTS
from tests.browser.desk_road import log_in
from tests.integration.service.events import says

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page, ViewportSize

    from bot.service.road import Road

pytestmark = pytest.mark.browser
MAIL = "nora.lind@mail.example"


async def _write(road: Road, words: str, sender: str, channel: str, name: str) -> int:
    event = says(words, sender=sender, channel=channel)
    received = await receive(road, replace(event, sender=Handle(native_id=sender, name=name)))
    assert received.conversation_id is not None
    return received.conversation_id


async def _ask(road: Road) -> tuple[int, int]:
    """Two conversations that may be one person's."""
    by_mail = await _write(road, "My parcel is two weeks late", MAIL, "email", "Nora Lind")
    in_chat = await _write(road, f"Hello, {MAIL} here, where is it?", "v1", "webchat", "Nora")
    while await look(road, quiet=timedelta()):
        pass
    return in_chat, by_mail


async def _log_in_lead(road: Road, chromium: Browser, address: str, viewport: ViewportSize) -> Page:
    page = await log_in(road, chromium, address, "Lea", viewport)
    async with road.database.begin() as connection:
        await connection.exec_driver_sql("UPDATE staff SET roles = '{lead}'")
    return page


async def _picture(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    await page.screenshot(path=SCREENSHOTS / f"{name}.png")


async def test_two_who_look_see_what_one_says(road: Road, chromium: Browser, address: str) -> None:
    in_chat, by_mail = await _ask(road)
    mara = await log_in(road, chromium, address, "Mara", DESKTOP)
    tim = await log_in(road, chromium, address, "Tim", DESKTOP)
    for page in (mara, tim):
        await page.goto(f"{address}/desk/c/{in_chat}?view=recent")
        await expect(page.locator("#person-asked")).to_contain_text("Nora Lind on email")
    await _picture(mara, "people-asked")
    await mara.get_by_role("button", name="Same person").click()
    for page in (mara, tim):
        await expect(page.locator("#person-joined")).to_contain_text("The same person, says Mara")
        await expect(page.locator("#context .past")).to_contain_text("My parcel is two weeks late")
    await expect(mara.locator(f"#row-{in_chat}")).to_contain_text("also writes by email")
    await _picture(mara, "people-joined")
    await tim.locator("#context .past a").click()
    await expect(tim.locator("#messages")).to_contain_text("My parcel is two weeks late")
    assert tim.url.startswith(f"{address}/desk/c/{by_mail}")
    await tim.get_by_role("button", name="Undo").click()
    await expect(mara.locator("#person-joined")).to_have_count(0)
    await expect(mara.locator("#context")).not_to_contain_text("My parcel")


async def test_a_colleague_who_was_faster_is_told_in_words(
    road: Road, chromium: Browser, address: str
) -> None:
    in_chat, _ = await _ask(road)
    mara = await log_in(road, chromium, address, "Mara", DESKTOP)
    tim = await log_in(road, chromium, address, "Tim", DESKTOP)
    await mara.goto(f"{address}/desk/c/{in_chat}")
    await tim.goto(f"{address}/desk/c/{in_chat}")
    # Tim's page hears of nothing: it still shows both buttons when Mara has decided.
    await tim.route("**/state*", lambda route: route.abort())
    await mara.get_by_role("button", name="Same person").click()
    await expect(mara.locator("#person-joined")).to_be_visible()
    await tim.get_by_role("button", name="Someone else").click()
    await expect(tim.locator("#notices, #problem").get_by_text("a colleague has just said")).to_be_visible()


async def test_a_lead_erases_a_customer_on_a_phone(road: Road, chromium: Browser, address: str) -> None:
    in_chat, by_mail = await _ask(road)
    page = await _log_in_lead(road, chromium, address, PHONE)
    await page.goto(f"{address}/desk/c/{in_chat}")
    await page.locator("[data-toggle-context]").click()
    await expect(page.locator("#person-asked")).to_be_visible()
    await _picture(page, "people-phone")
    await page.get_by_role("button", name="Same person").click()
    await expect(page.locator("#person-joined")).to_be_visible()
    await page.get_by_role("link", name="Erase this customer").click()
    await expect(page.get_by_role("heading", name="Erase Nora")).to_be_visible()
    await _picture(page, "people-erase-phone")
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide
    await page.get_by_label("Type “erase” to go on").fill("erase")
    await page.get_by_role("button", name="Erase for good").click()
    await expect(page.get_by_role("status")).to_contain_text("2 conversations, 2 messages, 0 files")
    await page.get_by_role("link", name="To the desk").click()
    for gone in (in_chat, by_mail):
        response = await page.goto(f"{address}/desk/c/{gone}")
        assert response is not None
        assert response.status == 404


async def test_the_erase_page_is_looked_at(road: Road, chromium: Browser, address: str) -> None:
    in_chat, _ = await _ask(road)
    page = await _log_in_lead(road, chromium, address, DESKTOP)
    await page.goto(f"{address}/desk/c/{in_chat}/erase")
    await _picture(page, "people-erase")
    await page.get_by_role("link", name="Do not erase").click()
    await expect(page.locator("#messages")).to_contain_text("where is it?")
