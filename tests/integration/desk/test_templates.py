"""Approved messages: listed from the platform, filled in, and sent where nothing else may leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.connector import AccountConfig
from bot.service.deliver import deliver
from bot.service.sent_files import SentFiles
from connectors.whatsapp.connector import WhatsappConnector
from tests.fakes.desk_service import make_desk_app
from tests.fakes.serving import serve
from tests.fakes.whatsapp import FakeWhatsapp, run_fake_whatsapp
from tests.fakes.whatsapp_templates import body, buttons, header, make_template
from tests.integration.desk.conftest import Browser, open_browser
from tests.integration.service.delivering import answered, let_pass, make_due
from tests.integration.service.events import says

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.connector import Connector
    from bot.service.road import Road
    from bot.storage.files import FileStore

PHONE = "16505551234"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 64
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n"
NEWS = make_template(
    "order_news", {"type": "HEADER", "format": "TEXT", "text": "News"}, body("Hi {{1}}, {{2}} is here.", "Jo")
)
BILL = make_template(
    "bill",
    header("IMAGE"),
    body("Your bill, {{1}}."),
    buttons({"type": "COPY_CODE", "example": "25OFF"}),
)
Connectors = dict[tuple[str, str], "Connector"]


@pytest.fixture
async def fake() -> AsyncIterator[FakeWhatsapp]:
    async with run_fake_whatsapp() as running:
        running.templates.append(NEWS)
        yield running


@pytest.fixture
async def connectors(fake: FakeWhatsapp) -> AsyncIterator[Connectors]:
    whatsapp = WhatsappConnector(AccountConfig(channel="whatsapp", name="lyra", options=fake.options))
    await whatsapp.start(None)
    yield {("whatsapp", "lyra"): whatsapp}
    await whatsapp.close()


@pytest.fixture
def filed(road: Road, files: FileStore) -> Road:
    """The road of a process that has a store of files."""
    return replace(road, sent_files=SentFiles(store=files))


@pytest.fixture
async def desk(filed: Road, files: FileStore, connectors: Connectors) -> AsyncIterator[Browser]:
    async with serve(make_desk_app(filed, files=files, connectors=connectors)) as (url, _):
        async for browser in open_browser(filed, url, "Mara"):
            yield browser


@pytest.fixture
async def late(road: Road, fake: FakeWhatsapp, connectors: Connectors) -> int:
    """A customer who wrote two days ago."""
    conversation_id = await answered(road, says("a person please", sender=PHONE, channel="whatsapp"))
    await deliver(road, connectors, conversation_id)
    fake.sent.clear()
    await let_pass(road, conversation_id, timedelta(days=2))
    fake.closed.add(PHONE)
    return conversation_id


async def test_closed_window_is_told_and_a_template_is_what_is_allowed(
    road: Road, desk: Browser, late: int, fake: FakeWhatsapp, connectors: Connectors
) -> None:
    page = await desk.get(f"/desk/c/{late}")
    assert "A template that the platform approved may still be sent." in page
    status, told = await desk.act(f"/desk/c/{late}/say", text="Hello", key="k1")
    assert (status, "Not sent: The customer wrote last 2 days ago" in told) == (409, True)
    chosen = await desk.get(f"/desk/c/{late}/templates")
    assert "order_news" in chosen
    assert 'placeholder="Jo"' in chosen
    form = {"template": "order_news|en_US", "place.0": "Ann", "place.1": "your\n parcel", "key": "k2"}
    for _ in range(2):
        assert (await desk.act(f"/desk/c/{late}/template", **form))[0] == 204
    await make_due(road, late)
    await deliver(road, connectors, late)
    assert [sent.text for sent in fake.sent] == ["News\nHi Ann, your parcel is here."]
    assert "Hi Ann, your parcel is here." in await desk.get(f"/desk/c/{late}")


async def test_what_is_not_filled_in_or_not_approved_any_more_is_refused(
    desk: Browser, late: int, fake: FakeWhatsapp
) -> None:
    form = {"template": "order_news|en_US", "place.0": "Ann", "place.1": " ", "key": "k1"}
    status, told = await desk.act(f"/desk/c/{late}/template", **form)
    assert (status, "fill in every place" in told) == (400, True)
    status, told = await desk.act(f"/desk/c/{late}/template", **{**form, "template": "other|en_US"})
    assert (status, "not approved any more" in told) == (409, True)
    assert fake.sent == []


async def test_templates_are_asked_for_once_in_a_while_and_their_absence_is_told(
    desk: Browser, late: int, fake: FakeWhatsapp
) -> None:
    fake.scopes.remove("whatsapp_business_management")
    told = await desk.get(f"/desk/c/{late}/templates")
    assert "The templates cannot be read now: Meta does not list the templates" in told
    fake.scopes.append("whatsapp_business_management")
    for _ in range(3):
        assert "order_news" in await desk.get(f"/desk/c/{late}/templates")
    asked = [call for call in fake.transcript if call.path.endswith("/message_templates")]
    assert [call.status for call in asked] == [403, 200]


async def test_picture_above_goes_with_its_template(
    filed: Road, desk: Browser, late: int, fake: FakeWhatsapp, connectors: Connectors
) -> None:
    fake.templates.append(BILL)
    page = await desk.get(f"/desk/c/{late}/templates")
    assert 'accept="image/jpeg,image/png"' in page
    assert 'placeholder="25OFF"' in page
    file = await desk.bring_good(late, "bill.png", PNG)
    form = {"template": "bill|en_US", "place.0": file, "place.1": "Ann", "place.2": "SAVE7", "key": "k1"}
    for _ in range(2):
        assert (await desk.act(f"/desk/c/{late}/template", **form))[0] == 204
    await make_due(filed, late)
    await deliver(filed, connectors, late)
    assert [sent.text for sent in fake.sent] == ["[image]\nYour bill, Ann.\nCopy code SAVE7"]
    assert list(fake.uploads.values()) == [("image/png", PNG)]
    shown = await desk.get(f"/desk/c/{late}")
    assert "Your bill, Ann." in shown
    assert 'class="picture"' in shown


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"place.0": ""}, "a file is missing"),
        ({"place.0": "99999"}, "not here any more"),
        ({"place.0": "PDF"}, "another type of file here: JPEG and PNG"),
        ({"place.2": "SAVE-7"}, "letters and digits"),
        ({"place.2": "S" * 16}, "15 characters"),
        ({"template": "catalogue|en_US"}, "needs a product of it"),
    ],
)
async def test_what_meta_would_refuse_in_a_template_is_refused_before_it_is_stored(
    desk: Browser, late: int, fake: FakeWhatsapp, wrong: dict[str, str], word: str
) -> None:
    fake.templates += [BILL, make_template("catalogue", body("x"), buttons({"type": "CATALOG"}))]
    page = await desk.get(f"/desk/c/{late}/templates")
    assert "it opens the catalogue, and needs a product of it" in page
    assert 'value="catalogue|en_US"' not in page
    good = {"place.0": await desk.bring_good(late, "bill.png", PNG), "place.1": "Ann", "place.2": "SAVE7"}
    if wrong.get("place.0") == "PDF":
        wrong = {"place.0": await desk.bring_good(late, "bill.pdf", PDF)}
    form = {"template": "bill|en_US", "key": "k1", **good, **wrong}
    status, told = await desk.act(f"/desk/c/{late}/template", **form)
    assert status in (400, 409)
    assert word in told
    assert "Your bill" not in await desk.get(f"/desk/c/{late}")
