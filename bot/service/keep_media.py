"""Keep media: what customers send is fetched from the platform before it is gone, looked at, and stored."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from bot.connector import HoldsMedia
from bot.connector.egress import find_url_problem
from bot.connector.fetching import fetch_media
from bot.domain.media import KEPT_TYPES, MediaFile, MediaState
from bot.errors import MediaGone, MediaRefused, MediaUnavailable, StorageUnavailable
from bot.service.file_kinds import identify
from bot.service.keep_outgoing import drop_ownerless
from bot.service.uploads import drop_unsent, find_upload_key
from bot.storage import media

if TYPE_CHECKING:
    from bot.connector import Connector
    from bot.domain.message import Attachment
    from bot.service.deliver import Connectors
    from bot.service.road import Road
    from bot.storage.files import FileStore
    from bot.storage.media import WantedFile

log = structlog.get_logger(__name__)

LARGEST = 25_000_000  # bytes
AT_ONCE = 4
MOST_TRIES = 8
_LEASE = timedelta(minutes=2)
_FIRST_PAUSE = timedelta(seconds=10)
_PAUSE = 1.0  # seconds between looks
_TIDY_EVERY = 3600.0  # seconds


async def run_media(road: Road, connectors: Connectors, files: FileStore) -> None:
    """Fetch what customers send, for ever; delete what they uploaded and never sent."""
    clock = asyncio.get_running_loop().time
    tidied = -_TIDY_EVERY
    while True:
        try:
            busy = await keep_due(road, connectors, files) or await drop_ownerless(road, files)
            # Not before all that was sent is fetched: after days at rest it may be old, too.
            if not busy and clock() - tidied >= _TIDY_EVERY:
                tidied = clock()
                await drop_unsent(files, now=road.now())
        except StorageUnavailable as error:
            log.warning("Files wait", reason=str(error))
            busy = False
        if not busy:
            await asyncio.sleep(_PAUSE)


async def keep_due(road: Road, connectors: Connectors, files: FileStore) -> bool:
    """Fetch the files that are due, a few at once; tells whether there were any."""
    async with road.database.begin() as connection:
        wanted = await media.take_due(connection, lease=_LEASE, most=AT_ONCE)
    await asyncio.gather(*(_keep(road, connectors, files, each) for each in wanted))
    return bool(wanted)


async def _keep(road: Road, connectors: Connectors, files: FileStore, wanted: WantedFile) -> None:
    try:
        file = await _fetch(connectors.get((wanted.channel, wanted.account)), files, wanted)
    except (MediaUnavailable, StorageUnavailable) as error:
        if wanted.attempts < MOST_TRIES:
            pause = _FIRST_PAUSE * 2 ** (wanted.attempts - 1)
            async with road.database.begin() as connection:
                await media.try_later(connection, wanted, pause=pause, reason=str(error))
            return
        file = _without(wanted, MediaState.GONE, str(error))
    except MediaGone as error:
        file = _without(wanted, MediaState.GONE, str(error))
    except MediaRefused as error:
        file = _without(wanted, MediaState.REFUSED, str(error))
    except Exception as error:  # a connector's mistake must not stop the others
        log.exception("File could not be fetched", channel=wanted.channel)
        file = _without(wanted, MediaState.GONE, f"it could not be fetched ({type(error).__name__})")
    # Taken back, or changed: it is called gone when it is, else whoever takes it next tries again.
    if wanted.key and wanted.key != file.key:
        await files.delete([wanted.key])
    async with road.database.begin() as connection:
        settled = await media.settle_file(connection, wanted, file)
    over = ("" if settled else file.key, find_upload_key(wanted.attachment.ref))
    await files.delete([key for key in over if key])
    await road.bus.live.publish("media", wanted.conversation_id, message_id=wanted.message_id)


async def _fetch(connector: Connector | None, files: FileStore, wanted: WantedFile) -> MediaFile:
    if not wanted.attachment.ref:
        raise MediaGone("its author took the message back")
    content = await _get_content(connector, files, wanted.attachment)
    mime = identify(content)
    if mime not in KEPT_TYPES:
        raise MediaRefused(f"it is of an {f'unwanted kind: {mime}' if mime else 'unknown kind'}")
    digest = hashlib.sha256(content).hexdigest()[:32]
    key = f"{wanted.message_id}/{wanted.number}-{digest}"
    await files.put(key, content)
    return MediaFile(
        message_id=wanted.message_id,
        number=wanted.number,
        state=MediaState.KEPT,
        mime=mime,
        size=len(content),
        key=key,
    )


async def _get_content(connector: Connector | None, files: FileStore, attachment: Attachment) -> bytes:
    waiting = find_upload_key(attachment.ref)
    if waiting is not None:
        return await files.get(waiting)
    if connector is None:
        raise MediaUnavailable("the account is off")
    if not isinstance(connector, HoldsMedia):
        raise MediaRefused("this channel keeps no files")
    address = await connector.locate(attachment)
    internal = is_internal(connector.account.options.get("api_url", ""))
    return await fetch_media(replace(address, allow_internal=internal), most=LARGEST)


def is_internal(api_url: str) -> bool:
    """Tell whether an account's platform itself stands in our own network, by its settings."""
    return bool(api_url) and find_url_problem(api_url, allow_internal=False) is not None


def _without(wanted: WantedFile, state: MediaState, reason: str) -> MediaFile:
    return MediaFile(message_id=wanted.message_id, number=wanted.number, state=state, reason=reason)
