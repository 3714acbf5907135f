"""What a customer sent stands in the conversation, for staff alone, and runs nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import aiohttp

from bot.domain.media import MediaFile, MediaState
from bot.domain.message import Attachment, Kind
from bot.service.receive import receive
from bot.storage import media
from tests.integration.service.events import says

if TYPE_CHECKING:
    from bot.service.road import Road
    from bot.storage.files import FileStore
    from tests.integration.desk.conftest import Browser

PICTURE = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64


async def send(road: Road, files: FileStore, *found: tuple[MediaState, str], sender: str = "ann") -> str:
    """Let a customer send files of these states and kinds; returns where the first would be."""
    event = says("", kind=Kind.MEDIA, sender=sender)
    attachments = tuple(Attachment(kind="photo", ref=f"f{number}") for number in range(len(found)))
    received = await receive(road, replace(event, content=replace(event.content, attachments=attachments)))
    assert received.message_id
    async with road.database.begin() as connection:
        wanted = await media.take_due(connection, lease=timedelta(minutes=1), most=len(found))
    for number, (state, mime) in enumerate(found):
        key = f"{received.message_id}/{number}"
        await files.put(key, PICTURE)
        file = MediaFile(
            message_id=received.message_id, number=number, state=state, mime=mime, size=1_500_000, key=key
        )
        async with road.database.begin() as connection:
            reason = "a program" * (not mime)
            await media.settle_file(connection, wanted[number], replace(file, reason=reason))
    return f"/desk/c/{received.conversation_id}/files/{received.message_id}/0"


async def test_kept_files_are_shown_by_what_they_are(road: Road, mara: Browser, files: FileStore) -> None:
    path = await send(
        road,
        files,
        (MediaState.KEPT, "image/png"),
        (MediaState.KEPT, "audio/ogg"),
        (MediaState.KEPT, "application/pdf"),
        (MediaState.REFUSED, ""),
    )
    page = await mara.get(path.partition("/files")[0])
    assert f'<img src="{path}"' in page
    assert f'<audio src="{path[:-1]}1"' in page
    assert f'href="{path[:-1]}2">1.5 MB</a>' in page
    assert "Photo: not kept (a program)" in page


async def test_file_reaches_staff_and_cannot_run(road: Road, mara: Browser, files: FileStore) -> None:
    path = await send(road, files, (MediaState.KEPT, "image/png"), (MediaState.KEPT, "application/pdf"))
    async with mara.http.get(path) as answer:
        assert (answer.status, answer.content_type) == (200, "image/png")
        assert await answer.read() == PICTURE
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"].startswith("inline")
    async with mara.http.get(path[:-1] + "1") as answer:
        assert answer.headers["Content-Disposition"].startswith("attachment")


async def test_nobody_else_sees_it_nor_under_another_conversation(
    road: Road, address: str, mara: Browser, files: FileStore
) -> None:
    path = await send(road, files, (MediaState.KEPT, "image/png"))
    other = await send(road, files, (MediaState.REFUSED, ""), sender="bob")
    async with aiohttp.ClientSession() as stranger, stranger.get(address + path) as answer:
        assert PICTURE not in await answer.read()
        assert answer.url.path == "/login"
    mixed = other.partition("/files")[0] + "/files" + path.partition("/files")[2]
    for wrong in (other, mixed, path[:-1] + "7"):
        async with mara.http.get(wrong) as answer:
            assert answer.status == 404
