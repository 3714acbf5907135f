"""What tests of customers' files have in common: a platform that keeps them, and what becomes of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from bot.connector import AccountConfig, InboundEvent, MediaAddress
from bot.domain.media import MediaFile
from bot.domain.message import Attachment, Kind
from bot.errors import MediaUnavailable
from bot.service.keep_media import keep_due
from bot.storage import media
from bot.storage.files import FileStore
from tests.fakes.connector import ScriptedConnector
from tests.fakes.serving import serve
from tests.integration.service.events import says

if TYPE_CHECKING:
    from bot.service.road import Road


KEY = ("webchat", "lyra")
PICTURE = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64


@dataclass
class Platform:
    """Files by path, and how often each was asked for."""

    files: dict[str, bytes | int | str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        found = self.files.get(request.path, 404)
        if isinstance(found, str):
            raise web.HTTPFound(found)
        if isinstance(found, int):
            return web.Response(status=found)
        assert request.headers["Authorization"] == "Bearer secret"
        return web.Response(body=found, content_type="image/png")


class HoldingConnector(ScriptedConnector):
    """A channel whose platform keeps what customers send."""

    hosts = frozenset({"127.0.0.1"})

    async def locate(self, attachment: Attachment) -> MediaAddress:
        """Return where a path lies."""
        if attachment.ref == "away":
            raise MediaUnavailable("the platform does not answer")
        address = self.account.options["api_url"] + attachment.ref
        return MediaAddress(url=address, headers={"Authorization": "Bearer secret"}, hosts=self.hosts)


@asynccontextmanager
async def running(platform: Platform) -> AsyncIterator[None]:
    app = web.Application()
    app.router.add_get("/{tail:.*}", platform.answer)
    async with serve(app) as (address, _):
        platform.url = address
        yield


def sends(*refs: str, event_id: str | None = None) -> InboundEvent:
    event = says("", kind=Kind.MEDIA, event_id=event_id)
    attachments = tuple(Attachment(kind="photo", ref=ref, name="parcel.png") for ref in refs)
    return replace(event, content=replace(event.content, attachments=attachments))


async def keep(road: Road, platform: Platform, files: FileStore) -> bool:
    connector = HoldingConnector(
        AccountConfig(channel=KEY[0], name=KEY[1], options={"api_url": platform.url})
    )
    return await keep_due(road, {KEY: connector}, files)


async def states(road: Road, message_id: int | None) -> list[MediaFile]:
    async with road.database.read() as connection:
        found = await media.list_files(connection, [message_id or 0])
    return [found[at] for at in sorted(found)]


def stored(folder: Path) -> list[Path]:
    return [path for path in (folder / "media").rglob("*") if path.is_file()]
