"""The whole road as people walk it: a customer, a member of staff and a trainer, each in a browser.

The service is the real one, started by its command on a copy of the demo brand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.conftest import BUSY, DESKTOP, PHONE, keep_pictures
from tests.browser.staff_pages import DeskPage, TrainerPage, log_in
from tests.browser.widget import Widget

if TYPE_CHECKING:
    from playwright.async_api import Page, ViewportSize

    from tests.browser.brand import Brand, Login
    from tests.browser.conftest import PageOpener

# The first start and the trainer's test each train a model.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
STRANGE = "doodah for my laptop"  # nothing in the brand's examples is like it
SITE_OF_DRIVERS = "lyra.example/downloads"  # stands in each answer about drivers


@pytest.fixture(scope="session")
def mara(brand: Brand) -> Login:
    return brand.add_staff("Mara Lindqvist", "agent", "trainer")


async def open_chat(page: Page, brand: Brand) -> Widget:
    widget = Widget(page)
    await page.goto(f"{brand.url}/chat/lyra")
    await widget.open()
    return widget


@pytest.mark.parametrize(("screen", "viewport"), [("phone", PHONE), ("desktop", DESKTOP)])
async def test_a_complaint_reaches_a_person_and_comes_back_to_the_bot(
    brand: Brand, mara: Login, open_page: PageOpener, screen: str, viewport: ViewportSize
) -> None:
    customer, staff = await open_page(viewport), await open_page(viewport)
    await log_in(staff, brand, mara)
    desk, complaint = (
        DeskPage(staff),
        f"I still wait for my parcel, second {screen} day at home, unacceptable",
    )
    await keep_pictures(staff, f"{screen}-1-desk-busy")

    widget = await open_chat(customer, brand)
    await widget.say("do you ship to Norway?")
    await expect(widget.log).to_contain_text("Norway, Switzerland")
    await keep_pictures(customer, f"{screen}-2-answered-by-the-bot")
    await widget.say(complaint)
    await expect(widget.panel).to_contain_text("A person will write here by")
    await keep_pictures(customer, f"{screen}-3-complained")

    await expect(desk.find_row("I still wait for my parcel,")).to_be_visible()  # nobody reloaded
    await desk.open("I still wait for my parcel,")
    assert await desk.list_said() == (await widget.list_said())[1:]  # the greeting is the widget's own
    await keep_pictures(staff, f"{screen}-4-read-by-staff")
    await desk.reply("I am sorry. I asked the carrier.")

    await widget.expect_said("I am sorry. I asked the carrier.")
    await expect(widget.log).to_contain_text("Mara joins.")
    await expect(desk.messages.last).to_contain_text("Read")
    await widget.say("do you ship to Norway?")  # the bot knows this, and is silent
    await expect(desk.messages.last).to_contain_text("do you ship to Norway?")
    await expect(desk.holder).to_contain_text("You have this conversation. The bot is silent.")
    assert (await widget.list_said())[-2:] == ["I am sorry. I asked the carrier.", "do you ship to Norway?"]
    await keep_pictures(customer, f"{screen}-5-answered-by-mara")
    await keep_pictures(staff, f"{screen}-6-held-by-mara")

    await desk.give_back()
    await widget.say("can I pay with paypal?")
    await expect(widget.log.locator(".bot").last).to_contain_text("PayPal")
    await keep_pictures(customer, f"{screen}-7-back-with-the-bot")
    await keep_pictures(staff, f"{screen}-8-given-back")


async def test_a_reload_and_a_lost_network_lose_and_double_nothing(
    brand: Brand, open_page: PageOpener
) -> None:
    page = await open_page(PHONE)
    widget = await open_chat(page, brand)
    await widget.say("do you ship to Norway?")
    await expect(widget.log).to_contain_text("Norway, Switzerland")
    before = await widget.list_said()
    await page.reload()
    await widget.open()
    await expect(widget.log).to_contain_text("Norway, Switzerland")
    assert await widget.list_said() == before

    await page.context.set_offline(offline=True)
    await expect(widget.panel).to_contain_text("Reconnecting. Keep writing, nothing is lost.")
    burst = ["so which headphones", "are good for the train?"]
    for line in burst:
        await widget.say(line)
    await keep_pictures(page, "phone-network-away")
    await page.context.set_offline(offline=False)
    await expect(widget.log.locator(".bot").last).to_contain_text("Halo", timeout=40_000)
    after = await widget.list_said()
    assert after[: len(before) + len(burst)] == before + burst
    assert not set(after[len(before) + len(burst) :]) & {*before, *burst}
    await page.reload()
    await widget.open()
    await expect(widget.log).to_contain_text("Halo")
    assert await widget.list_said() == after


async def test_a_trainer_teaches_a_sentence_and_the_bot_then_answers_it(
    brand: Brand, mara: Login, open_page: PageOpener
) -> None:
    customer, staff = await open_page(PHONE), await open_page(DESKTOP)
    widget = await open_chat(customer, brand)
    assert SITE_OF_DRIVERS not in await ask_strangely(widget)

    await log_in(staff, brand, mara, "/trainer")
    trainer = TrainerPage(staff)
    await trainer.turn_to(STRANGE)
    await keep_pictures(staff, "desktop-trainer-1-sentence")
    await trainer.choose("Ask drivers")
    await keep_pictures(staff, "desktop-trainer-2-taught")
    await trainer.train()
    await keep_pictures(staff, "desktop-trainer-3-training")
    await widget.say("do you ship to Norway?")  # the model in service goes on
    await expect(widget.log).to_contain_text("Norway, Switzerland")
    await trainer.wait_until_trained()

    await staff.get_by_role("link", name="See what changed").click()
    await keep_pictures(staff, "desktop-trainer-4-result")
    await trainer.put_into_service()
    await keep_pictures(staff, "desktop-trainer-5-in-service")
    assert SITE_OF_DRIVERS in await ask_strangely(await open_chat(await open_page(PHONE), brand))
    await trainer.take_back()
    assert SITE_OF_DRIVERS not in await ask_strangely(await open_chat(await open_page(PHONE), brand))


async def ask_strangely(widget: Widget) -> str:
    """Say what the bot was not made for, as somebody new; returns its answer."""
    await widget.say(STRANGE)
    answer = widget.log.locator(".bot:not(.ghost) .bubble").nth(1)  # the first one greets
    await expect(answer).to_be_visible()
    return await answer.inner_text()


async def test_two_hundred_messages_are_read_from_their_end(
    brand: Brand, mara: Login, open_page: PageOpener
) -> None:
    texts = [f"how long does delivery take, try {number}" for number in range(100)]
    brand.write("Longina Marathon", *texts, "I want to talk to a person")
    page = await open_page(DESKTOP)
    await log_in(page, brand, mara)
    desk, earlier = DeskPage(page), page.get_by_role("button", name="Earlier messages")
    await desk.open("Longina Marathon")
    await expect(desk.messages.last).to_be_in_viewport()
    while await earlier.count():
        top = desk.messages.first
        text = await top.inner_text()
        count = await desk.messages.count()
        await earlier.click()
        await expect(desk.messages).not_to_have_count(count)
        above = desk.messages.nth(await desk.messages.count() - count)
        assert await above.inner_text() == text
        await expect(above).to_be_in_viewport()  # what was read stays where it was
    assert [text for text in await desk.list_said() if text in texts] == texts


async def test_a_busy_list_is_found_through_and_worked_by_keys(
    brand: Brand, mara: Login, open_page: PageOpener
) -> None:
    page = await open_page(DESKTOP)
    await log_in(page, brand, mara)
    rows = page.locator("#rows .row")
    assert await rows.count() >= BUSY
    await page.keyboard.press("/")
    await page.keyboard.type("siobhán")
    await expect(page.locator("#rows .row:visible")).not_to_have_count(await rows.count())
    await page.keyboard.press("Escape")
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Siobhán")).to_be_visible()
    await page.keyboard.press("n")
    await page.keyboard.type("Looked into it.")
    await page.keyboard.press("Enter")
    await expect(page.locator("#messages .is-note")).to_contain_text("Looked into it.")
    box, around = await page.locator("#text").bounding_box(), await page.locator("#box").bounding_box()
    assert box is not None
    assert around is not None
    assert box["width"] == around["width"]
    await keep_pictures(page, "desktop-note")
