"""The desk stays true: through a server that stumbles, long absences, many tabs and other time zones."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect

from bot.domain.message import Attachment, Content, Kind
from bot.service.receive import receive
from bot.service.take import take
from bot.storage import conversations
from tests.browser.conftest import PHONE
from tests.browser.desk_road import complain, log_in, open_complaint, open_row, staff_named, wait_live
from tests.integration.service.events import says

if TYPE_CHECKING:
    from playwright.async_api import Browser, Locator, Page, Route

    from bot.service.road import Road

pytestmark = pytest.mark.browser

# Pages of a headless browser are never hidden: these tests say when, and count the streams that are open.
WATCHED = """
    window.streams = [];
    window.EventSource = class extends EventSource { constructor(url) { super(url); streams.push(this); } };
    window.openStreams = () => streams.filter((stream) => stream.readyState !== EventSource.CLOSED).length;
    let unseen = false;
    Object.defineProperty(document, "hidden", { get: () => unseen });
    window.setHidden = (yes) => { unseen = yes; document.dispatchEvent(new Event("visibilitychange")); };
"""


async def failing(page: Page, pattern: str, times: int) -> None:
    """Have the server be away for the next requests that match."""
    left = times

    async def answer(route: Route) -> None:
        nonlocal left
        left -= 1
        if left >= 0:
            await route.fulfill(status=503)
        else:
            await route.continue_()

    await page.route(pattern, answer)


async def test_words_come_though_the_server_stumbles_once(
    road: Road, chromium: Browser, address: str
) -> None:
    _, page, _ = await open_complaint(road, chromium, address)
    await wait_live(page)
    await failing(page, "**/messages?after=*", 2)
    await failing(page, "**/rows?*", 1)
    await receive(road, says("are you there", sender="nora"))
    await expect(page.locator("#messages")).to_contain_text("are you there")
    other = await complain(road, "person!", sender="olga")
    await expect(page.locator(f"#row-{other}")).to_be_visible()


async def test_all_that_was_said_in_a_long_absence_is_read(
    road: Road, chromium: Browser, address: str
) -> None:
    _, page, _ = await open_complaint(road, chromium, address)
    await wait_live(page)
    await page.context.set_offline(offline=True)
    texts = [f"word {number}" for number in range(120)]
    for text in texts:
        await receive(road, says(text, sender="nora"))
    await page.context.set_offline(offline=False)
    await expect(page.locator("#messages")).to_contain_text("word 119")
    said = await page.locator("#messages .is-contact .words").all_inner_texts()
    assert [text for text in said if text in texts] == texts


async def wait_for_streams(tab: Page, count: int) -> None:
    """Tabs tell each other who is looked at, and let go of their streams a moment later."""
    found = None
    for _ in range(400):  # 20 seconds
        found = await tab.evaluate("openStreams()")
        if found == count:
            return
        await tab.wait_for_timeout(50)
    assert found == count


async def test_eight_tabs_hold_the_streams_of_those_looked_at(
    road: Road, chromium: Browser, address: str
) -> None:
    conversation_id = await complain(road)
    first = await log_in(road, chromium, address, "Mara")
    await first.context.add_init_script(WATCHED)
    tabs: list[Page] = []
    for _ in range(8):
        for tab in tabs:
            await tab.evaluate("setHidden(true)")
        tabs.append(await first.context.new_page())
        await tabs[-1].goto(f"{address}/desk/c/{conversation_id}")
        await expect(tabs[-1].locator("#messages")).to_contain_text("it smokes")
    for tab in tabs:
        await wait_for_streams(tab, 1 if tab is tabs[-1] else 0)
    await tabs[-1].evaluate("setHidden(true)")  # to another program: its title goes on counting
    await complain(road, "person!", sender="olga")
    await expect(tabs[-1]).to_have_title("(2) Desk · Visavis")
    await expect(tabs[0]).to_have_title("(1) Desk · Visavis")
    await receive(road, says("and now it burns", sender="nora"))
    await tabs[0].evaluate("setHidden(false)")
    await expect(tabs[0].locator("#messages")).to_contain_text("and now it burns")
    await expect(tabs[0]).to_have_title("(2) Desk · Visavis")
    await expect(tabs[0].locator("#stale")).to_be_hidden()
    await wait_for_streams(tabs[-1], 0)


async def local_time(time: Locator, zone: str) -> datetime:
    return datetime.fromisoformat(await time.get_attribute("datetime") or "").astimezone(ZoneInfo(zone))


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])  # never on the same day
async def test_times_and_days_are_the_readers(road: Road, chromium: Browser, address: str, zone: str) -> None:
    conversation_id = await complain(road)
    page = await log_in(road, chromium, address, "Mara", zone=zone)
    await open_row(page, conversation_id)
    times = page.locator("#messages time")
    for time in [*await times.all(), *await page.locator("#context time").all()]:
        assert f"{await local_time(time, zone):%H:%M}" in await time.inner_text()
    day = page.locator("#messages .day")
    await expect(day).to_have_attribute("data-day", f"{await local_time(times.first, zone):%Y-%m-%d}")
    await expect(day).to_have_text("Today")
    await receive(road, says("are you there", sender="nora"))
    await expect(times).to_have_count(3)
    assert await times.last.inner_text() == f"{await local_time(times.last, zone):%H:%M}"


# A page looks at its clock again when it is looked at.
TOMORROW = """
    const Earlier = window.Date;
    window.Date = class extends Earlier {
        constructor(...given) { if (given.length) super(...given); else super(Earlier.now() + 86_400_000); }
        static now() { return Earlier.now() + 86_400_000; }
    };
    document.dispatchEvent(new Event("visibilitychange"));
"""


async def test_days_are_named_anew_after_midnight(road: Road, chromium: Browser, address: str) -> None:
    conversation_id = await complain(road)
    noon = (12 - road.now().hour) * -1  # the names of these zones have the sign turned round
    page = await log_in(road, chromium, address, "Mara", zone=f"Etc/GMT{noon:+d}")
    await open_row(page, conversation_id)
    day = page.locator("#messages .day")
    await expect(day).to_have_text("Today")
    date = datetime.fromisoformat(await day.get_attribute("data-day") or "")
    await page.evaluate(TOMORROW)
    await expect(day).to_have_text("Yesterday")
    await page.evaluate(TOMORROW)
    await expect(day).to_have_text(f"{date:%A}, {date.day} {date:%B}")


async def test_a_word_begun_outside_the_box_closes_no_complaint(
    road: Road, chromium: Browser, address: str
) -> None:
    conversation_id, page, text = await open_complaint(road, chromium, address)
    await page.keyboard.type("be e")
    await page.wait_for_timeout(300)
    await expect(page.locator("#holder")).to_contain_text("Nobody has this yet")
    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.down("Shift")
    await page.evaluate(  # a key held down since an earlier page
        "document.body.dispatchEvent(new KeyboardEvent('keydown',"
        " { key: 'E', shiftKey: true, repeat: true, bubbles: true }))"
    )
    await page.keyboard.up("Shift")
    await page.wait_for_timeout(300)
    await expect(page.locator("#holder")).to_contain_text("Nobody has this yet")
    await take(road, conversation_id, await staff_named(road, "Mara"))
    await page.goto(f"{address}/desk/c/{conversation_id}?view=mine")
    await expect(text).to_be_focused()
    await page.keyboard.type("Dear Nora")
    await expect(text).to_have_value("Dear Nora")
    await expect(page.locator("#holder")).to_contain_text("You have this conversation")


async def test_a_customer_one_holds_is_noticed_from_the_waiting_list(
    road: Road, chromium: Browser, address: str
) -> None:
    conversation_id = await complain(road)
    page = await log_in(road, chromium, address, "Mara")
    await take(road, conversation_id, await staff_named(road, "Mara"))
    await expect(page.get_by_text("Nobody waits.")).to_be_visible()
    await wait_live(page)
    await receive(road, says("are you there", sender="nora"))
    await expect(page.locator('[data-count="mine_unread"]')).to_have_text("1")
    await expect(page).to_have_title("(1) Desk · Visavis")


async def test_a_failed_delivery_can_be_seen_and_put_aside_after_all_was_resolved(
    road: Road, chromium: Browser, address: str
) -> None:
    conversation_id = await complain(road)
    page = await log_in(road, chromium, address, "Mara")
    await page.goto(f"{address}/desk/c/{conversation_id}?view=waiting")
    await page.get_by_role("button", name="Resolve", exact=True).click()
    await expect(page.locator("#holder")).to_contain_text("Resolved")
    async with road.database.begin() as connection:
        await conversations.set_attention(connection, conversation_id, "delivery_failed")
    await page.reload()
    await page.get_by_role("button", name="Seen").click()
    await expect(page.get_by_role("button", name="Seen")).to_have_count(0)
    await expect(page.locator(f"#row-{conversation_id}")).to_have_count(0)


async def test_what_the_customer_wrote_meanwhile_is_not_resolved_unread(
    road: Road, chromium: Browser, address: str
) -> None:
    _, page, _ = await open_complaint(road, chromium, address)
    await wait_live(page)
    await failing(page, "**/messages?after=*", 2)
    await receive(road, says("one more thing", sender="nora"))
    await page.get_by_role("button", name="Resolve", exact=True).click()
    await expect(page.locator("#problem")).to_contain_text("Not resolved")
    await expect(page.locator("#messages")).to_contain_text("one more thing")


async def test_a_phone_number_can_be_called_and_a_place_be_found(
    road: Road, chromium: Browser, address: str
) -> None:
    await complain(road)
    shared = Content(
        attachments=(
            Attachment(kind="contact", ref="tel:+49301234", name="Olga"),
            Attachment(kind="location", ref="geo:52.5,13.4"),
            Attachment(kind="photo", ref="javascript:alert(1)"),
        )
    )
    event = replace(says("", sender="nora", kind=Kind.MEDIA), content=shared)
    conversation_id = (await receive(road, event)).conversation_id
    assert conversation_id is not None
    page = await log_in(road, chromium, address, "Mara")
    await open_row(page, conversation_id)
    thread = page.locator("#messages")
    await expect(thread.get_by_role("link", name="+49301234")).to_have_attribute("href", "tel:+49301234")
    await expect(thread.get_by_role("link", name="52.5, 13.4")).to_have_attribute(
        "rel", "noopener noreferrer"
    )
    await expect(thread.get_by_role("link")).to_have_count(2)
    await expect(thread).to_contain_text("Photo")


async def test_who_is_there_takes_over_from_who_went_home(
    road: Road, chromium: Browser, address: str
) -> None:
    conversation_id = await complain(road)
    tim = await log_in(road, chromium, address, "Tim")
    page = await log_in(road, chromium, address, "Mara")
    await take(road, conversation_id, await staff_named(road, "Tim"))
    await page.goto(f"{address}/desk/c/{conversation_id}")
    await expect(page.get_by_role("button", name="Take over")).to_have_count(0)
    await tim.get_by_role("button", name="Log out Tim").click()
    await expect(tim.get_by_role("button", name="Log in")).to_be_visible()
    await page.reload()
    await page.get_by_role("button", name="Take over").click()
    await expect(page.locator("#holder")).to_contain_text("You have this conversation")


async def test_the_way_back_leads_to_the_list_one_came_from(
    road: Road, chromium: Browser, address: str
) -> None:
    conversation_id = await complain(road)
    page = await log_in(road, chromium, address, "Mara", PHONE)
    await page.goto(f"{address}/desk?view=recent")
    await open_row(page, conversation_id)
    await wait_live(page)
    async with page.expect_response("**/state*"):
        await receive(road, says("are you there", sender="nora"))
    await expect(page.locator("#messages")).to_contain_text("are you there")
    await page.get_by_title("Back to the list").click()
    await expect(page).to_have_url(f"{address}/desk?view=recent#row-{conversation_id}")
