"""What customers send is fetched, looked at, and kept apart; what they take back is gone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from typing_extensions import override

from bot.connector import AccountConfig, InboundEvent, MediaAddress
from bot.domain.media import MediaFile, MediaState
from bot.domain.message import Attachment, Kind
from bot.errors import MediaGone, MediaUnavailable, StorageUnavailable
from bot.service import keep_media
from bot.service.keep_media import keep_due
from bot.service.receive import receive
from bot.storage import media
from bot.storage.files import FileStore
from tests.fakes.connector import ScriptedConnector
from tests.fakes.serving import serve
from tests.integration.service.events import says

if TYPE_CHECKING:
    from bot.service.road import Road

KEY = ("webchat", "lyra")
PICTURE = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
PAGE = b"<html><script>alert(1)</script></html>"


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


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    platform = Platform()
    async with running(platform):
        yield platform


@asynccontextmanager
async def running(platform: Platform) -> AsyncIterator[None]:
    app = web.Application()
    app.router.add_get("/{tail:.*}", platform.answer)
    async with serve(app) as (address, _):
        platform.url = address
        yield


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "media")


@pytest.fixture
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keep_media, "LARGEST", 1_000_000)


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


async def test_file_is_kept_and_given_back(road: Road, platform: Platform, files: FileStore) -> None:
    platform.files["/a.png"] = PICTURE
    received = await receive(road, sends("/a.png"))
    assert await keep(road, platform, files)
    assert not await keep(road, platform, files)
    (file,) = await states(road, received.message_id)
    assert (file.state, file.mime, file.size) == (MediaState.KEPT, "image/png", len(PICTURE))
    assert await files.get(file.key) == PICTURE
    assert platform.asked == ["/a.png"]


async def test_same_event_again_is_not_fetched_again(
    road: Road, platform: Platform, files: FileStore
) -> None:
    platform.files["/a.png"] = PICTURE
    for _ in range(3):
        await receive(road, sends("/a.png", event_id="e1"))
    await keep(road, platform, files)
    assert not await keep(road, platform, files)
    assert platform.asked == ["/a.png"]


@pytest.mark.parametrize(
    ("answer", "becomes"),
    [
        (404, (MediaState.GONE, "no more")),
        (PAGE, (MediaState.REFUSED, "text/html")),
        (b"MZ\x90\x00" + b"\x00" * 200, (MediaState.REFUSED, "kind")),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 2_000_000, (MediaState.REFUSED, "larger")),
        ("http://localhost/elsewhere.png", (MediaState.REFUSED, "host")),
        ("http://169.254.169.254/latest", (MediaState.REFUSED, "host")),
        ("/loop", (MediaState.REFUSED, "without end")),
    ],
)
@pytest.mark.usefixtures("small_files")
async def test_what_is_not_kept_says_why(
    road: Road,
    platform: Platform,
    files: FileStore,
    answer: bytes | int | str,
    becomes: tuple[MediaState, str],
) -> None:
    platform.files |= {"/a": answer, "/loop": "/loop"}
    received = await receive(road, sends("/a"))
    await keep(road, platform, files)
    (file,) = await states(road, received.message_id)
    assert (file.state, file.key) == (becomes[0], "")
    assert becomes[1] in file.reason


async def test_internal_address_is_refused_where_the_platform_is_not_ours(
    road: Road, platform: Platform, files: FileStore
) -> None:
    platform.files["/a.png"] = PICTURE
    received = await receive(road, sends("/a.png"))
    port = urlsplit(platform.url).port
    outside = HoldingConnector(AccountConfig(channel=KEY[0], name=KEY[1], options={}))
    outside.account = replace(outside.account, options={"api_url": f"https://localhost:{port}"})
    outside.hosts = frozenset({"localhost"})
    await keep_due(road, {KEY: outside}, files)
    (file,) = await states(road, received.message_id)
    assert (file.state, file.reason) == (MediaState.REFUSED, "the file lies in our own network")
    assert platform.asked == []


async def test_platform_that_is_away_is_asked_again_later_and_given_up_in_the_end(
    road: Road, platform: Platform, files: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    received = await receive(road, sends("away"))
    await keep(road, platform, files)
    (file,) = await states(road, received.message_id)
    assert file.state is MediaState.WAITING
    assert not await keep(road, platform, files)  # later
    monkeypatch.setattr(keep_media, "MOST_TRIES", 2)
    async with road.database.begin() as connection:
        await connection.exec_driver_sql("UPDATE media SET due_at = now() - interval '1 s'")
    await keep(road, platform, files)
    (file,) = await states(road, received.message_id)
    assert (file.state, file.reason) == (MediaState.GONE, "the platform does not answer")


async def test_message_taken_back_takes_its_files_along(
    road: Road, platform: Platform, files: FileStore, tmp_path: Path
) -> None:
    platform.files["/a.png"] = PICTURE
    received = await receive(road, sends("/a.png", "/a.png", event_id="e1"))
    await keep(road, platform, files)
    assert len(stored(tmp_path)) == 2
    await receive(road, says("", kind=Kind.DELETE, target_id="e1"))
    await keep(road, platform, files)
    assert stored(tmp_path) == []
    assert {file.state for file in await states(road, received.message_id)} == {MediaState.GONE}


async def test_places_and_cards_have_no_files(road: Road, platform: Platform, files: FileStore) -> None:
    received = await receive(road, sends("geo:1,2", "tel:+49"))
    assert not await keep(road, platform, files)
    assert await states(road, received.message_id) == []


async def test_dead_process_leaves_its_files_to_others(
    road: Road, platform: Platform, files: FileStore
) -> None:
    platform.files["/a.png"] = PICTURE
    received = await receive(road, sends("/a.png"))
    async with road.database.begin() as connection:
        await media.take_due(connection, lease=timedelta(seconds=-1), most=4)
    await keep(road, platform, files)
    (file,) = await states(road, received.message_id)
    assert file.state is MediaState.KEPT


class AwayOnce(FileStore):
    """A store that does not answer the first time it is to delete something."""

    away = True

    @override
    async def delete(self, keys: list[str]) -> None:
        """Fail once."""
        if self.away and keys:
            self.away = False
            raise StorageUnavailable("the store of files does not work")
        await super().delete(keys)


async def test_taken_back_while_the_store_is_away_goes_later(
    road: Road, platform: Platform, files: FileStore, tmp_path: Path
) -> None:
    platform.files["/a.png"] = PICTURE
    await receive(road, sends("/a.png", event_id="e1"))
    await keep(road, platform, files)
    await receive(road, says("", kind=Kind.DELETE, target_id="e1"))
    store = AwayOnce(tmp_path / "media")
    with pytest.raises(StorageUnavailable):
        await keep(road, platform, store)
    async with road.database.begin() as connection:
        await connection.exec_driver_sql("UPDATE media SET due_at = now()")
    await keep(road, platform, store)
    assert stored(tmp_path) == []


async def test_message_that_was_changed_has_the_files_of_its_last_version_alone(
    road: Road, platform: Platform, files: FileStore
) -> None:
    other = PICTURE + b"another"
    platform.files |= {"/a.png": PICTURE, "/b.png": PICTURE + b"b", "/c.png": other}
    received = await receive(road, sends("/a.png", "/b.png", event_id="p1"))
    await keep(road, platform, files)
    first, second = await states(road, received.message_id)
    edit = sends("/a.png", "/c.png", "/b.png", event_id="p2")
    await receive(road, replace(edit, kind=Kind.EDIT, target_id="p1", revision=1))
    while await keep(road, platform, files):
        pass
    same, changed, added = await states(road, received.message_id)
    assert same == first
    assert [await files.get(each.key) for each in (same, changed, added)] == [PICTURE, other, PICTURE + b"b"]
    with pytest.raises(MediaGone):
        await files.get(second.key)
    edit = sends("/a.png", event_id="p3")
    await receive(road, replace(edit, kind=Kind.EDIT, target_id="p1", revision=2))
    while await keep(road, platform, files):
        pass
    kept = [each.state for each in await states(road, received.message_id)]
    assert kept == [MediaState.KEPT, MediaState.GONE, MediaState.GONE]
    for gone in (changed, added):
        with pytest.raises(MediaGone):
            await files.get(gone.key)


async def test_taken_back_while_it_is_fetched_is_not_kept(
    road: Road, platform: Platform, files: FileStore, tmp_path: Path
) -> None:
    class Slow(HoldingConnector):
        """A platform that is so slow that the message is taken back meanwhile."""

        @override
        async def locate(self, attachment: Attachment) -> MediaAddress:
            await receive(road, says("", kind=Kind.DELETE, target_id="e1"))
            return await super().locate(attachment)

    platform.files["/a.png"] = PICTURE
    received = await receive(road, sends("/a.png", event_id="e1"))
    account = AccountConfig(channel=KEY[0], name=KEY[1], options={"api_url": platform.url})
    while await keep_due(road, {KEY: Slow(account)}, files):
        pass
    assert [file.state for file in await states(road, received.message_id)] == [MediaState.GONE]
    assert stored(tmp_path) == []
