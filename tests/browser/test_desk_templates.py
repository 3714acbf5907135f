"""Approved messages: chosen, filled in and read before they leave, where nothing else may."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import FilePayload, expect

from bot.connector import AccountConfig
from bot.errors import SettingsError
from bot.web.static_files import load_static_files
from connectors.whatsapp.connector import WhatsappConnector
from tests.browser.conftest import DESKTOP, PHONE, keep_pictures
from tests.browser.desk_road import log_in, open_row
from tests.browser.widget import PICTURE
from tests.fakes.desk_service import make_desk_app
from tests.fakes.serving import serve
from tests.fakes.whatsapp import run_fake_whatsapp
from tests.fakes.whatsapp_templates import body, buttons, header, make_template
from tests.integration.service.delivering import answered, let_pass
from tests.integration.service.events import says

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser

    from bot.service.road import Road

pytestmark = pytest.mark.browser

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n"


@pytest.fixture
async def address(road: Road) -> AsyncIterator[str]:
    """The desk over an account of WhatsApp with two templates."""
    try:
        static_files = load_static_files()
    except SettingsError as error:
        pytest.skip(str(error))
    async with run_fake_whatsapp() as fake:
        news = body("Hi {{1}}, your order {{2}} is on its way.", "Ann", "A-1")
        fake.templates += [make_template("order_news", news), make_template("thanks", body("Thank you."))]
        fake.templates += [make_template("label", header("IMAGE"), body("Your label, {{name}}."))]
        fake.templates += [make_template("sale", body("Sale"), buttons({"type": "CATALOG"}))]
        connector = WhatsappConnector(AccountConfig(channel="whatsapp", name="lyra", options=fake.options))
        await connector.start(None)
        connectors = {("whatsapp", "lyra"): connector}
        async with serve(make_desk_app(road, static_files, connectors=connectors)) as (url, _):
            yield url
        await connector.close()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_a_template_is_filled_in_seen_and_sent(
    road: Road, chromium: Browser, address: str, viewport: object
) -> None:
    conversation_id = await answered(road, says("a person please", sender="16505551234", channel="whatsapp"))
    await let_pass(road, conversation_id, timedelta(days=2))
    page = await log_in(road, chromium, address, "Mara", viewport)  # type: ignore[arg-type]
    await open_row(page, conversation_id)
    await expect(page.locator("#limits")).to_contain_text("A template that the platform approved may still")
    await expect(page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    await page.get_by_role("button", name="Template", exact=True).click()
    await page.get_by_text("order_news").click()
    await page.get_by_label("Fill in 1").fill("Ann")
    preview = page.locator(".template[open] .template-preview")
    await expect(preview).to_have_text("Hi Ann, your order {{2}} is on its way.")
    await page.keyboard.press("Escape")
    await expect(page.locator("#templates")).to_be_hidden()
    await page.get_by_role("button", name="Template", exact=True).click()
    await expect(page.get_by_label("Fill in 1")).to_have_value("Ann")
    await page.get_by_label("Fill in 2").fill("A-7")
    await keep_pictures(page, f"desk-templates-{'phone' if viewport is PHONE else 'desktop'}")
    await page.get_by_role("button", name="Send this template").click()
    await expect(page.locator("#messages .is-staff")).to_contain_text("Hi Ann, your order A-7 is on its way.")
    await expect(page.locator("#templates")).to_be_hidden()


async def test_a_file_is_chosen_for_its_place_seen_and_sent(
    road: Road, chromium: Browser, address: str
) -> None:
    conversation_id = await answered(road, says("a person please", sender="16505551234", channel="whatsapp"))
    await let_pass(road, conversation_id, timedelta(days=2))
    page = await log_in(road, chromium, address, "Mara", DESKTOP)
    await open_row(page, conversation_id)
    await page.get_by_role("button", name="Template", exact=True).click()
    await expect(page.locator(".templates-others")).to_contain_text("sale en_US: it opens the catalogue")
    await page.get_by_text("label", exact=True).click()
    preview = page.locator(".template[open] .template-preview")
    await expect(preview).to_have_text("{{image}}\nYour label, {{name}}.")
    chosen = page.get_by_label("Choose the picture above")
    paper = FilePayload(name="slip.pdf", mimeType="application/pdf", buffer=PDF)
    await chosen.set_input_files(paper)
    await page.get_by_label("Fill in name").fill("Ann")
    await page.get_by_role("button", name="Send this template").click()
    await expect(page.locator(".templates-problem")).to_contain_text(
        "another type of file here: JPEG and PNG"
    )
    await chosen.set_input_files(FilePayload(name="label.png", mimeType="image/png", buffer=PICTURE))
    await expect(preview).to_have_text("label.png\nYour label, Ann.")
    await keep_pictures(page, "desk-template-file")
    await page.get_by_role("button", name="Send this template").click()
    sent = page.locator("#messages .is-staff")
    await expect(sent).to_contain_text("Your label, Ann.")
    await expect(sent.locator("img")).to_have_count(1)


async def test_keys_do_nothing_to_what_a_dialog_covers(road: Road, chromium: Browser, address: str) -> None:
    conversation_id = await answered(road, says("a person please", sender="16505551234", channel="whatsapp"))
    page = await log_in(road, chromium, address, "Mara", DESKTOP)
    await open_row(page, conversation_id)
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    await page.get_by_role("button", name="Template", exact=True).click()
    await page.locator(".template summary", has_text="thanks").focus()
    await page.keyboard.press("Shift+E")
    await page.keyboard.press("Escape")
    await expect(page.locator("#templates")).to_be_hidden()
    await page.keyboard.press("t")
    await expect(page.locator("#holder")).to_contain_text("You have this conversation")
    assert [url.rpartition("/")[2].partition("?")[0] for url in posted] == ["take"]
