"""What staff write is said once and never lost, whatever the network, the clicks and the tabs do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from bot.service.take import take
from tests.browser.desk_road import complain, holding, log_in, open_complaint, open_row, staff_named

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

    from bot.service.road import Road

pytestmark = pytest.mark.browser


async def list_replies(page: Page) -> list[str]:
    return await page.locator("#messages .is-staff .words").all_inner_texts()


async def send_and_lose_the_answer(page: Page) -> None:
    async with holding(page, "**/say", lost=True) as hold:
        hold.go_on.set()
        await page.keyboard.press("Enter")
        await expect(page.locator("#problem")).to_contain_text("Your text is kept")


async def test_the_same_text_after_a_lost_answer_is_said_once(
    road: Road, chromium: Browser, address: str
) -> None:
    _, page, text = await open_complaint(road, chromium, address)
    await text.fill("Switch it off.")
    await send_and_lose_the_answer(page)
    await page.keyboard.type("?")  # a second thought, taken back
    await page.keyboard.press("Backspace")
    await page.keyboard.press("Enter")
    await expect(text).to_have_value("")
    await expect(page.locator("#problem")).to_be_empty()
    assert await list_replies(page) == ["Switch it off."]


async def test_another_text_after_a_lost_answer_is_said_too(
    road: Road, chromium: Browser, address: str
) -> None:
    _, page, text = await open_complaint(road, chromium, address)
    await text.fill("Switch it off.")
    await send_and_lose_the_answer(page)
    await text.fill("Switch it off, and leave the room.")
    await page.keyboard.press("Enter")
    await expect(page.locator("#messages .is-staff")).to_have_count(2)
    assert await list_replies(page) == ["Switch it off.", "Switch it off, and leave the room."]
    await expect(text).to_have_value("")


async def test_a_box_left_before_the_answer_came_is_empty_and_good_for_more(
    road: Road, chromium: Browser, address: str
) -> None:
    first, second = await complain(road), await complain(road, "person!", sender="olga")
    page = await log_in(road, chromium, address, "Mara")
    await page.goto(f"{address}/desk?view=recent")
    text = await open_row(page, first)
    await text.fill("Switch it off.")
    async with holding(page, "**/say") as hold:
        await page.keyboard.press("Enter")
        await hold.asked.wait()
        await open_row(page, second)
        async with page.expect_response("**/say"):
            hold.go_on.set()
    await open_row(page, first)
    await expect(page.locator("#messages .is-staff")).to_have_count(1)
    await expect(text).to_have_value("")
    await text.fill("Is it off?")
    await page.keyboard.press("Enter")
    await expect(page.locator("#messages .is-staff")).to_have_count(2)
    assert await list_replies(page) == ["Switch it off.", "Is it off?"]


async def test_a_note_begun_while_a_reply_is_sent_stays(road: Road, chromium: Browser, address: str) -> None:
    _, page, text = await open_complaint(road, chromium, address)
    await text.fill("Switch it off.")
    async with holding(page, "**/say") as hold:
        await page.keyboard.press("Enter")
        await hold.asked.wait()
        await page.get_by_role("radio", name="Note").check(force=True)
        await text.fill("Second one this week")
        hold.go_on.set()
        await expect(page.locator("#messages .is-staff")).to_have_count(1)
    await expect(text).to_have_value("Second one this week")
    await page.keyboard.press("Enter")
    await expect(page.locator("#messages .is-note")).to_contain_text("Second one this week")
    await page.get_by_role("radio", name="Reply").check(force=True)
    await expect(text).to_have_value("")


async def test_words_typed_while_sending_stay_and_go_with_the_next_enter(
    road: Road, chromium: Browser, address: str
) -> None:
    _, page, text = await open_complaint(road, chromium, address)
    await text.fill("Hello Nora.")
    async with holding(page, "**/say") as hold:
        await page.keyboard.press("Enter")
        await hold.asked.wait()
        await page.keyboard.press("Enter")  # a finger too fast
        await page.keyboard.type(" Is it")
        hold.go_on.set()
        await expect(text).to_have_value("Is it")
    await page.keyboard.press("End")
    await page.keyboard.type(" off?")
    async with holding(page, "**/say") as hold:
        await page.keyboard.press("Enter")
        await hold.asked.wait()
        await page.keyboard.type(" Please.")
        await page.keyboard.press("Enter")
    await expect(page.locator("#messages .is-staff")).to_have_count(3)
    assert await list_replies(page) == ["Hello Nora.", "Is it off?", "Please."]
    await expect(text).to_have_value("")


async def test_two_tabs_say_one_draft_once(road: Road, chromium: Browser, address: str) -> None:
    conversation_id = await complain(road)
    one = await log_in(road, chromium, address, "Mara")
    other = await one.context.new_page()
    for page in (one, other):
        await page.goto(f"{address}/desk/c/{conversation_id}")
    await one.locator("#text").fill("Switch it off.")
    await expect(other.locator("#text")).to_have_value("Switch it off.")
    await one.locator("#text").press("Enter")
    await expect(other.locator("#messages .is-staff")).to_have_count(1)
    await expect(other.locator("#text")).to_have_value("")
    await other.locator("#text").fill("Is it off?")
    await other.locator("#text").press("Enter")
    await expect(one.locator("#messages .is-staff")).to_have_count(2)
    assert await list_replies(one) == ["Switch it off.", "Is it off?"]


async def test_a_refusal_finds_an_agent_who_moved_on(road: Road, chromium: Browser, address: str) -> None:
    first, second = await complain(road), await complain(road, "person!", sender="olga")
    await log_in(road, chromium, address, "Tim")
    page = await log_in(road, chromium, address, "Mara")
    await page.goto(f"{address}/desk?view=recent")
    text = await open_row(page, first)
    await text.fill("Switch it off.")
    async with holding(page, "**/say") as hold:
        await page.keyboard.press("Enter")
        await hold.asked.wait()
        await open_row(page, second)
        await take(road, first, await staff_named(road, "Tim"))
        hold.go_on.set()
        notice = page.get_by_role("alert").filter(has_text="Tim has this conversation")
        await expect(notice).to_contain_text("Nora")
    await expect(page.locator(f"#row-{first} .row-draft")).to_have_text("Not sent")
    await expect(page.locator("#problem")).to_be_empty()
    await notice.get_by_role("link", name="Nora").click()
    await expect(page.locator("#problem")).to_contain_text("Not sent: Tim has this conversation")
    await expect(text).to_have_value("Switch it off.")
    await expect(page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    await expect(page.locator("#notices")).to_be_empty()


async def test_a_lost_network_is_told_to_an_agent_who_moved_on(
    road: Road, chromium: Browser, address: str
) -> None:
    first, second = await complain(road), await complain(road, "person!", sender="olga")
    page = await log_in(road, chromium, address, "Mara")
    text = await open_row(page, first)
    await text.fill("Switch it off.")
    async with holding(page, "**/say", lost=True) as hold:
        await page.keyboard.press("Enter")
        await hold.asked.wait()
        await open_row(page, second)
        hold.go_on.set()
        await expect(page.get_by_role("alert").filter(has_text="Your text is kept")).to_contain_text("Nora")
    await page.reload()
    await page.goto(f"{address}/desk?view=recent")
    await expect(page.locator(f"#row-{first} .row-draft")).to_have_text("Not sent")


async def test_a_draft_is_seen_in_the_list(road: Road, chromium: Browser, address: str) -> None:
    first, second = await complain(road), await complain(road, "person!", sender="olga")
    page = await log_in(road, chromium, address, "Mara")
    text = await open_row(page, first)
    await text.fill("Half a thought")
    await expect(page.locator(".row-draft")).to_have_count(0)
    await open_row(page, second)
    await expect(page.locator(f"#row-{first} .row-draft")).to_have_text("Draft")


async def test_a_conversation_that_does_not_open_says_so(road: Road, chromium: Browser, address: str) -> None:
    conversation_id = await complain(road)
    page = await log_in(road, chromium, address, "Mara")
    await page.context.set_offline(offline=True)
    await page.locator(f"#row-{conversation_id} a").click()
    await expect(page.get_by_role("alert")).to_contain_text("the server does not answer")


async def test_a_page_left_at_once_has_sent_all_the_same(road: Road, chromium: Browser, address: str) -> None:
    conversation_id, page, text = await open_complaint(road, chromium, address)
    await text.fill("Switch it off.")
    async with holding(page, "**/say") as hold:
        await page.keyboard.press("Enter")
        await hold.asked.wait()
        await page.goto(f"{address}/desk?view=mine")
    await expect(page.locator(f"#row-{conversation_id}")).to_be_visible()
    await expect(page.locator(".row-draft")).to_have_count(0)
    await open_row(page, conversation_id)
    await expect(text).to_have_value("")
    assert await list_replies(page) == ["Switch it off."]


async def test_the_end_stays_in_sight_when_a_problem_takes_room(
    road: Road, chromium: Browser, address: str
) -> None:
    conversation_id = await complain(road)
    for number in range(20):
        await complain(road, f"a person please, {number}")
    page = await log_in(road, chromium, address, "Mara")
    text = await open_row(page, conversation_id)
    await page.locator("#messages").get_by_text("please, 19").first.wait_for()
    last = page.locator("#messages > li").last
    await expect(last).to_be_in_viewport(ratio=1)
    await page.context.set_offline(offline=True)
    await text.fill("\n".join(["Switch it off."] * 8))
    await page.keyboard.press("Enter")
    await expect(page.locator("#problem .problem")).to_be_visible()
    await expect(last).to_be_in_viewport(ratio=1)
