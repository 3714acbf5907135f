"""What customers take back or replace is gone, however the fetching of it stands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typing_extensions import override

from bot.connector import AccountConfig, MediaAddress
from bot.domain.media import MediaState
from bot.domain.message import Attachment, Kind
from bot.errors import MediaGone, StorageUnavailable
from bot.service.keep_media import keep_due
from bot.service.receive import receive
from bot.storage.files import FileStore
from tests.integration.service.events import says
from tests.integration.service.keeping_media import (
    KEY,
    PICTURE,
    HoldingConnector,
    Platform,
    keep,
    sends,
    states,
    stored,
)

if TYPE_CHECKING:
    from bot.service.road import Road


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
