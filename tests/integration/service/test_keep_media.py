"""What customers send is fetched, looked at, and kept apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from bot.connector import AccountConfig
from bot.domain.media import MediaState
from bot.service import keep_media
from bot.service.keep_media import keep_due
from bot.service.receive import receive
from bot.storage import media
from bot.storage.files import FileStore
from tests.integration.service.keeping_media import (
    KEY,
    PICTURE,
    HoldingConnector,
    Platform,
    keep,
    sends,
    states,
)

if TYPE_CHECKING:
    from bot.service.road import Road

PAGE = b"<html><script>alert(1)</script></html>"


@pytest.fixture
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keep_media, "LARGEST", 1_000_000)


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
