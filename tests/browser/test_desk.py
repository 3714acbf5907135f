"""The desk in a real browser: a complaint appears by itself, one agent answers, the other loses no word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from bot.domain.message import Author
from bot.service.receive import receive
from tests.browser.conftest import DESKTOP, PHONE, SCREENSHOTS
from tests.browser.desk_road import complain, log_in, wait_live
from tests.integration.service.events import says

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from bot.service.road import Road

pytestmark = pytest.mark.browser


async def test_two_agents_see_it_come_and_one_answers(road: Road, chromium: Browser, address: str) -> None:
    mara = await log_in(road, chromium, address, "Mara", DESKTOP)
    tim = await log_in(road, chromium, address, "Tim", DESKTOP)
    await expect(mara.get_by_text("Nobody waits.")).to_be_visible()
    conversation_id = await complain(road)
    row = f"#row-{conversation_id}"
    for page in (mara, tim):
        await expect(page.locator(row)).to_contain_text("a person please, it smokes")
        await expect(page).to_have_title("(1) Desk · Visavis")
        await page.locator(f"{row} a").click()
    await tim.locator("#text").fill("Half a thought of Tim's")
    await expect(mara.locator("#holder")).to_contain_text("Nobody has this yet")
    await mara.keyboard.press("r")
    await mara.keyboard.type("Please switch it off.")
    await mara.keyboard.press("Enter")
    for page in (mara, tim):
        await expect(page.locator("#messages .is-staff")).to_contain_text("Please switch it off.")
        await expect(page.locator(row)).to_have_count(0)
    await expect(mara.locator("#text")).to_have_value("")
    await expect(tim.locator("#holder")).to_contain_text("Mara has this conversation.")
    await expect(tim.locator("#text")).to_have_value("Half a thought of Tim's")
    await expect(tim.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    await tim.screenshot(path=SCREENSHOTS / "desk-locked.png")


async def test_an_event_fetches_only_what_it_touched(road: Road, chromium: Browser, address: str) -> None:
    conversation_id = await complain(road)
    page = await log_in(road, chromium, address, "Mara", DESKTOP)
    await page.locator(f"#row-{conversation_id} a").click()
    await expect(page.locator("#messages")).to_contain_text("it smokes")
    await wait_live(page)
    await page.wait_for_timeout(500)  # with that it reads everything again
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(address)))
    await receive(road, says("hello?", sender="nora"))
    await expect(page.locator("#messages")).to_contain_text("hello?")
    await receive(road, says("does it ship to Norway", sender="olaf"))  # the bot's own business
    await page.wait_for_timeout(700)
    assert asked, "nothing was fetched"
    allowed = (
        f"/desk/c/{conversation_id}/messages?after=",
        f"/desk/c/{conversation_id}/state",
        f"/desk/rows?view=waiting&ids={conversation_id}",
    )
    assert [path for path in asked if not path.startswith(allowed)] == []


async def test_a_draft_outlives_the_page_and_a_lost_server(
    road: Road, chromium: Browser, address: str
) -> None:
    conversation_id = await complain(road)
    page = await log_in(road, chromium, address, "Mara", DESKTOP)
    await page.goto(f"{address}/desk/c/{conversation_id}")
    await page.locator("#text").fill("We are so sorry")
    await page.reload()
    await expect(page.locator("#text")).to_have_value("We are so sorry")
    await page.context.set_offline(offline=True)
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.locator("#problem")).to_contain_text("Your text is kept")
    await expect(page.locator("#text")).to_have_value("We are so sorry")
    await page.context.set_offline(offline=False)
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.locator("#messages .is-staff")).to_have_count(1)
    await expect(page.locator("#problem")).to_be_empty()


async def test_keys_do_the_work(road: Road, chromium: Browser, address: str) -> None:
    first, second = await complain(road), await complain(road, "person!", sender="olga")
    page = await log_in(road, chromium, address, "Mara", DESKTOP)
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("k")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-conversation]")).to_be_visible()
    opened = int(await page.locator("[data-conversation]").get_attribute("data-conversation") or 0)
    assert opened in {first, second}
    await page.keyboard.press("t")
    await expect(page.locator("#holder")).to_contain_text("You have this conversation")
    await page.keyboard.press("n")
    await page.keyboard.type("ask r&d; e t b are letters here")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#messages .is-note")).to_contain_text("e t b are letters here")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Shift+E")
    await expect(page.locator("#holder")).to_contain_text("Resolved")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keys")).to_be_visible()


async def test_on_a_phone_one_column_at_a_time_with_a_way_back(
    road: Road,
    chromium: Browser,
    address: str,
) -> None:
    conversation_id = await complain(road)
    page = await log_in(road, chromium, address, "Mara", PHONE)
    await page.locator(f"#row-{conversation_id} a").click()
    await expect(page.locator("#thread")).to_be_in_viewport()
    await expect(page.locator("#rows")).to_be_hidden()
    await page.screenshot(path=SCREENSHOTS / "desk-phone.png")
    await page.get_by_title("Back to the list").click()
    await expect(page.locator(f"#row-{conversation_id}")).to_be_visible()
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width == PHONE["width"]


async def test_the_customer_is_seen_typing(road: Road, chromium: Browser, address: str) -> None:
    conversation_id = await complain(road)
    page = await log_in(road, chromium, address, "Mara", DESKTOP)
    await page.goto(f"{address}/desk/c/{conversation_id}")
    await wait_live(page)
    await road.bus.live.publish("typing", conversation_id, author=Author.CONTACT.value)
    await expect(page.get_by_text("Nora is writing…")).to_be_visible()
