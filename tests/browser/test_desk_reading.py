"""The desk of somebody with many conversations open: nothing below, beneath or behind is missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from bot.service.receive import receive
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.desk_road import PASSWORD, complain, log_in, open_complaint, open_row, wait_live
from tests.integration.service.events import says

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from bot.service.road import Road

pytestmark = pytest.mark.browser


async def test_what_comes_below_says_so_and_nothing_is_resolved_unread(
    road: Road, chromium: Browser, address: str
) -> None:
    _, page, text = await open_complaint(road, chromium, address)
    await wait_live(page)
    for number in range(12):
        await receive(road, says(f"word {number}\n\nand more", sender="nora"))
    thread, newer = page.locator("#thread"), page.get_by_role("button", name="New messages")
    await expect(thread).to_contain_text("word 11")
    await expect(newer).to_be_hidden()  # who reads the end goes on reading it
    await thread.evaluate("(thread) => { thread.scrollTop = 0; }")
    await receive(road, says("and it burns", sender="nora"))
    await expect(newer).to_be_visible()
    await page.get_by_role("button", name="Resolve", exact=True).click()
    await expect(page.locator("#problem")).to_contain_text("the customer wrote again; read it first")
    await newer.click()
    await expect(page.get_by_text("and it burns", exact=True)).to_be_in_viewport()
    await expect(newer).to_be_hidden()
    await thread.evaluate("(thread) => { thread.scrollTop = 0; }")
    await text.press_sequentially("I am sorry.")
    await text.press("Enter")
    await expect(page.locator("#messages .is-staff")).to_be_in_viewport()  # one's own words are seen
    await expect(newer).to_be_hidden()
    await expect(page.get_by_role("button", name="Take", exact=True)).to_have_count(0)
    await page.get_by_role("button", name="Resolve", exact=True).click()
    await expect(page.locator("#holder")).to_contain_text("Resolved")
    await page.get_by_role("button", name="Open again").click()  # a slip costs the customer nothing
    await expect(page.locator("#holder")).to_contain_text("You have this conversation")


async def test_escape_leaves_the_search_and_then_shows_again_what_it_hid(
    road: Road, chromium: Browser, address: str
) -> None:
    conversation_id = await complain(road)
    page = await log_in(road, chromium, address, "Mara")
    async with page.expect_response("**/desk/rows?view=waiting"):  # after it nothing shows the list anew
        await page.reload()
    await page.keyboard.press("/")
    await page.keyboard.type("nobody is called that")
    await expect(page.get_by_text("No name or word in this list matches.")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("#find")).not_to_be_focused()
    await expect(page.locator("#find")).to_have_value("nobody is called that")
    await page.keyboard.press("Escape")
    await expect(page.locator(f"#row-{conversation_id}")).to_be_visible()
    await expect(page.locator("#find")).to_have_value("")
    await page.keyboard.press("j")
    await expect(page.locator(f"#row-{conversation_id} a")).to_be_focused()


async def test_who_opens_a_conversation_by_keys_goes_on_in_it(
    road: Road, chromium: Browser, address: str
) -> None:
    await complain(road, "a person please, it looks like https://pictures.example/smoke.")
    page = await log_in(road, chromium, address, "Mara")
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    thread = page.get_by_role("log", name="Conversation")
    await expect(thread).to_be_focused()
    link = page.locator("#messages .is-contact a")
    await expect(link).to_have_attribute("href", "https://pictures.example/smoke")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")
    await page.keyboard.press("k")
    await expect(page.locator(".row a")).to_be_focused()


async def test_after_an_act_keys_go_on_in_the_conversation(
    road: Road, chromium: Browser, address: str
) -> None:
    _, page, _ = await open_complaint(road, chromium, address)
    await page.get_by_role("button", name="Take", exact=True).focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#holder")).to_contain_text("You have this conversation")
    await expect(page.get_by_role("log", name="Conversation")).to_be_focused()
    await expect(page.locator("#limits")).to_contain_text(
        "This account of webchat is off."
    )  # no such one here


async def test_on_a_phone_the_way_back_leads_to_the_row_that_was_open(
    road: Road, chromium: Browser, address: str
) -> None:
    ids = [await complain(road, sender=f"customer {number}") for number in range(14)]
    page = await log_in(road, chromium, address, "Mara", PHONE)
    await page.locator(".row a").nth(12).click()
    await expect(page.locator("#thread")).to_be_in_viewport()
    opened = int(await page.locator("[data-conversation]").get_attribute("data-conversation") or 0)
    assert opened in ids
    await page.get_by_title("Back to the list").click()
    await expect(page.locator(f"#row-{opened}")).to_be_in_viewport(ratio=1)
    await expect(page.get_by_role("link", name="Waiting")).to_be_in_viewport(ratio=1)


async def test_somebody_logged_out_while_writing_comes_back_to_their_words(
    road: Road, chromium: Browser, address: str
) -> None:
    conversation_id, page, text = await open_complaint(road, chromium, address)
    await text.fill("Half a thought")
    await page.context.clear_cookies(name="visavis_session")
    await text.press("Enter")
    await page.get_by_label("E-mail address").fill("mara@lyra.example")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await expect(page.locator("#problem")).to_contain_text("you were logged out. What you typed is kept")
    await expect(text).to_have_value("Half a thought")
    await expect(page.locator(f'[data-conversation="{conversation_id}"]')).to_be_visible()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_an_endless_name_pushes_nothing_aside(
    road: Road, chromium: Browser, address: str, viewport: object
) -> None:
    conversation_id = await complain(road, sender="x" * 120)
    page = await log_in(road, chromium, address, "Mara", viewport)  # type: ignore[arg-type]
    await open_row(page, conversation_id)
    wide = "(each) => each.scrollWidth - each.clientWidth"
    assert await page.locator("#thread").evaluate(wide) == 0
    assert await page.locator("html").evaluate(wide) == 0
