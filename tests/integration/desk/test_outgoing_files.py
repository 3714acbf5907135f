"""Files that staff send: brought, refused in words, sent once, shown, and gone with their message."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import aiohttp
import pytest

from bot.connector import AccountConfig
from bot.domain.message import Author
from bot.service.deliver import deliver
from bot.service.keep_outgoing import LARGEST, drop_ownerless
from bot.service.sent_files import LINK_LIFE, SentFiles
from bot.storage import messages
from bot.storage.files import FileStore
from connectors.whatsapp.connector import WhatsappConnector
from tests.fakes.desk_service import KEY, make_desk_app
from tests.fakes.public_channel import PublicConnector, posts, public_connector
from tests.fakes.serving import serve
from tests.fakes.whatsapp import FakeWhatsapp, run_fake_whatsapp
from tests.integration.desk.conftest import Browser, open_browser
from tests.integration.service.delivering import answered, make_due
from tests.integration.service.events import says

if TYPE_CHECKING:
    from bot.connector import Connector
    from bot.service.road import Road

PICTURE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 64
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n"
PAGE = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PHONE = "16505551234"
PUBLIC = "https://desk.lyra.example"


@pytest.fixture
async def fake() -> AsyncIterator[FakeWhatsapp]:
    async with run_fake_whatsapp() as running:
        yield running


@pytest.fixture
async def connectors(fake: FakeWhatsapp) -> AsyncIterator[dict[tuple[str, str], Connector]]:
    """An account of WhatsApp, one of public posts."""
    whatsapp = WhatsappConnector(AccountConfig(channel="whatsapp", name="lyra", options=fake.options))
    await whatsapp.start(None)
    yield {("whatsapp", "lyra"): whatsapp, ("webchat", "lyra"): public_connector()}
    await whatsapp.close()


@pytest.fixture
def filed(road: Road, files: FileStore) -> Road:
    """The road of a process that has a store of files."""
    return replace(road, sent_files=SentFiles(store=files))


@pytest.fixture
async def desk(
    filed: Road, files: FileStore, connectors: dict[tuple[str, str], Connector]
) -> AsyncIterator[Browser]:
    async with serve(make_desk_app(filed, files=files, connectors=connectors)) as (url, _):
        async for browser in open_browser(filed, url, "Mara"):
            yield browser


@pytest.fixture
async def chat(filed: Road) -> int:
    """A customer on WhatsApp who needs a person."""
    return await answered(filed, says("a person please", sender=PHONE, channel="whatsapp"))


async def list_stored(files: FileStore) -> list[str]:
    return await files.list_keys("outgoing/")


async def test_files_reach_the_platform_once_and_stand_in_the_thread(
    filed: Road, desk: Browser, chat: int, fake: FakeWhatsapp, connectors: dict[tuple[str, str], Connector]
) -> None:
    picture = await desk.bring_good(chat, "label.png", PICTURE)
    paper = await desk.bring_good(chat, "C:\\fakepath\\return slip.pdf", PDF)
    form = {"text": "Here you are", "key": "k1", "files": f"{paper},{picture}"}
    for _ in range(2):
        assert (await desk.act(f"/desk/c/{chat}/say", **form))[0] == 204
    await make_due(filed, chat)
    await deliver(filed, connectors, chat)
    said = [sent for sent in fake.sent if sent.fields["type"] != "text" or sent.text == "Here you are"]
    assert [sent.fields["type"] for sent in said] == ["text", "document", "image"]
    assert said[1].fields["document"]["filename"] == "C fakepath return slip.pdf"
    assert sorted(content for _, content in fake.uploads.values()) == sorted([PDF, PICTURE])
    page = await desk.get(f"/desk/c/{chat}")
    assert page.count("return slip.pdf") == 1
    path = page.partition('<img src="')[2].partition('"')[0]
    async with desk.http.get(path) as answer:
        assert await answer.read() == PICTURE


async def test_another_try_under_the_key_with_other_files_is_refused(desk: Browser, chat: int) -> None:
    first = await desk.bring_good(chat, "a.png", PICTURE)
    assert (await desk.act(f"/desk/c/{chat}/say", text="", key="k1", files=first))[0] == 204
    second = await desk.bring_good(chat, "b.png", PICTURE)
    status, told = await desk.act(f"/desk/c/{chat}/say", text="", key="k1", files=second)
    assert (status, "sent from this box already" in told) == (409, True)
    status, told = await desk.act(f"/desk/c/{chat}/say", text="", key="k2", files=first)
    assert (status, "sent already" in told) == (409, True)


@pytest.mark.parametrize(
    ("name", "content"), [("page.png", PAGE), ("drawing.svg", DRAWING), ("x", b"MZ\x90")]
)
async def test_what_may_run_is_refused_whatever_its_name(
    desk: Browser, chat: int, files: FileStore, name: str, content: bytes
) -> None:
    status, told = await desk.bring(chat, name, content)
    assert status == 400
    assert "Not added: files of this kind" in told
    assert await list_stored(files) == []


async def test_what_the_channel_takes_not_is_refused_in_words(filed: Road, desk: Browser, chat: int) -> None:
    direct = await answered(filed, says("a person please", sender="bob"))
    public = await answered(filed, posts("a person please", sender="cleo"))
    assert "takes no PDF files, only pictures" in (await desk.bring(direct, "a.pdf", PDF))[1]
    assert "takes no files: send a link" in (await desk.bring(public, "a.png", PICTURE))[1]
    assert "25 MB" in (await desk.bring(chat, "a.txt", b"x" * (LARGEST + 1)))[1]


async def test_others_files_and_ones_taken_away_are_not_sent(
    filed: Road, desk: Browser, chat: int, files: FileStore
) -> None:
    other = await answered(filed, says("a person please", sender="16505559999", channel="whatsapp"))
    elsewhere = await desk.bring_good(other, "a.png", PICTURE)
    dropped = await desk.bring_good(chat, "b.png", PICTURE)
    async with desk.http.get(f"/desk/outgoing/{dropped}") as answer:
        assert await answer.read() == PICTURE
    assert (await desk.act(f"/desk/outgoing/{dropped}/drop"))[0] == 204
    for number in (elsewhere, dropped):
        status, told = await desk.act(f"/desk/c/{chat}/say", text="Hi", key="k1", files=number)
        assert (status, "remove it and add it again" in told) == (409, True)
    assert len(await list_stored(files)) == 2
    assert await drop_ownerless(filed, files)
    assert len(await list_stored(files)) == 1


async def test_a_file_goes_with_its_message_and_after_a_day_without_one(
    filed: Road, desk: Browser, chat: int, files: FileStore
) -> None:
    sent = await desk.bring_good(chat, "a.png", PICTURE)
    await desk.act(f"/desk/c/{chat}/say", text="", key="k1", files=sent)
    await desk.bring_good(chat, "b.png", PICTURE)
    assert not await drop_ownerless(filed, files)
    async with filed.database.begin() as connection:
        await connection.exec_driver_sql("UPDATE outgoing_file SET due_at = now() WHERE state = 'unsent'")
    assert await drop_ownerless(filed, files)
    assert len(await list_stored(files)) == 1
    async with filed.database.begin() as connection:
        mine = "IN (SELECT message_id FROM outgoing_file)"
        await connection.exec_driver_sql(f"DELETE FROM outbox WHERE message_id {mine}")
        await connection.exec_driver_sql(f"DELETE FROM message WHERE id {mine}")
    assert await drop_ownerless(filed, files)
    assert await list_stored(files) == []


async def test_where_no_file_goes_its_address_does_and_ends(
    filed: Road, files: FileStore, connectors: dict[tuple[str, str], Connector]
) -> None:
    later = timedelta()
    sent_files = SentFiles(store=files, public_url=PUBLIC, signing_key=KEY)
    public = replace(filed, now=lambda: filed.now() + later, sent_files=sent_files)
    async with serve(make_desk_app(public, files=files, connectors=connectors)) as (url, _):
        async for browser in open_browser(public, url, "Mara"):
            desk = Browser(http=browser.http, staff=browser.staff, csrf=browser.csrf)
            post = await answered(public, posts("a person please"))
            paper = await desk.bring_good(post, "slip.pdf", PDF)
            await desk.act(f"/desk/c/{post}/say", text="See", key="k1", files=paper)
            await make_due(public, post)
            await deliver(public, connectors, post)
            scripted = connectors["webchat", "lyra"]
            assert isinstance(scripted, PublicConnector)
            (file,) = scripted.sent[-1].files
            assert str(file.url).startswith(f"{PUBLIC}/files/")
            path = str(file.url).removeprefix(PUBLIC)
            assert (file.name, await file.read()) == ("slip.pdf", PDF)
            async with aiohttp.ClientSession(url) as stranger:
                async with stranger.get(path) as answer:
                    assert (answer.status, await answer.read()) == (200, PDF)
                    assert answer.headers["Content-Disposition"].startswith("attachment")
                    assert answer.headers["X-Content-Type-Options"] == "nosniff"
                async with stranger.get(path.replace("/files/", "/files/1")) as answer:
                    assert answer.status == 404
                later = LINK_LIFE + timedelta(days=1)
                async with stranger.get(path) as answer:
                    assert answer.status == 404


async def test_a_file_that_is_lost_is_told_before_anything_leaves(
    filed: Road, desk: Browser, chat: int, files: FileStore, connectors: dict[tuple[str, str], Connector]
) -> None:
    picture = await desk.bring_good(chat, "a.png", PICTURE)
    await desk.act(f"/desk/c/{chat}/say", text="Here", key="k1", files=picture)
    await files.delete(await list_stored(files))
    await make_due(filed, chat)
    await deliver(filed, connectors, chat)
    async with filed.database.read() as connection:
        stored = await messages.list_messages(connection, chat)
    assert stored[-1].author is Author.STAFF
    assert "not in the store any more" in str(stored[-1].delivery_error)
