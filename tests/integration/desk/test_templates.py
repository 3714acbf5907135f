"""Approved messages: listed from the platform, filled in, and sent where nothing else may leave."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.connector import AccountConfig
from bot.service.deliver import deliver
from connectors.whatsapp.connector import WhatsappConnector
from tests.fakes.desk_service import make_desk_app
from tests.fakes.serving import serve
from tests.fakes.whatsapp import FakeWhatsapp, run_fake_whatsapp
from tests.fakes.whatsapp_templates import body, make_template
from tests.integration.desk.conftest import Browser, open_browser
from tests.integration.service.delivering import answered, let_pass, make_due
from tests.integration.service.events import says

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.connector import Connector
    from bot.service.road import Road

PHONE = "16505551234"
NEWS = make_template(
    "order_news", {"type": "HEADER", "format": "TEXT", "text": "News"}, body("Hi {{1}}, {{2}} is here.", "Jo")
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
async def desk(road: Road, connectors: Connectors) -> AsyncIterator[Browser]:
    async with serve(make_desk_app(road, connectors=connectors)) as (url, _):
        async for browser in open_browser(road, url, "Mara"):
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
