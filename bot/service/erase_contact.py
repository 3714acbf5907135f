"""Erase contact: who asks to be forgotten is. What was said goes, and whatever tells who it was.

One transaction takes all of it out of the tables; the files go after it, and again a little later, in case
one was being fetched. Whoever was answering or delivering at that moment has lost the lease, and a later
message of the same person begins with a contact that nobody knows.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from bot.domain.conversation import Status
from bot.errors import StorageUnavailable, UnknownConversation
from bot.service.hold import announce_status
from bot.storage import erasing, people

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.domain.staff import Staff
    from bot.service.road import Road
    from bot.storage.erasing import Amounts
    from bot.storage.files import FileStore

log = structlog.get_logger(__name__)

AGAIN_AFTER = timedelta(minutes=5)
"""Longer than a file that was being fetched can take to come in (`keep_media`)."""
_FILES_AT_ONCE = 50
_PAUSE = 10.0  # seconds between looks


async def find_person(road: Road, channel: str, account: str, native_id: str) -> list[int]:
    """Return the contacts of whoever has this id on an account: all that staff said are one person.

    The one with the id comes first. Raises `UnknownConversation` where nobody has it.
    """
    async with road.database.read() as connection:
        contact_id = await erasing.find_contact(connection, channel, account, native_id)
        if contact_id is None:
            raise UnknownConversation(f"Nobody has this id on {channel} {account}.")
        others = await people.list_person(connection, contact_id)
    return [contact_id, *(each for each in others if each != contact_id)]


async def foresee_erasure(road: Road, contact_ids: Collection[int]) -> Amounts:
    """Return how much would be erased."""
    async with road.database.read() as connection:
        return await erasing.count_all(connection, await erasing.list_with_mailed(connection, contact_ids))


async def erase_contacts(
    road: Road, files: FileStore, contact_ids: Collection[int], staff: Staff | None
) -> Amounts:
    """Erase contacts for good; returns how much it was. Again it changes nothing.

    `staff` None: somebody at the command line.
    """
    async with road.database.begin() as connection:
        contact_ids = await erasing.list_with_mailed(connection, contact_ids)
        conversation_ids = await erasing.lock_all(connection, contact_ids)
        amounts = await erasing.erase_all(connection, contact_ids, conversation_ids)
        if amounts.conversations or amounts.messages:
            await erasing.note_erasure(connection, amounts, staff.id if staff else None)
    log.info("Erased", contacts=amounts.contacts, messages=amounts.messages, files=amounts.files)
    for conversation_id in conversation_ids:
        await announce_status(road, conversation_id, Status.RESOLVED, staff)
    try:
        await drop_files(road, files)
    except StorageUnavailable as error:
        log.warning("Erased files wait", reason=str(error))
    return amounts


async def run_erasures(road: Road, files: FileStore) -> None:
    """Delete the files of whoever was erased, for ever."""
    while True:
        try:
            busy = await drop_files(road, files)
        except StorageUnavailable as error:
            log.warning("Erased files wait", reason=str(error))
            busy = False
        if not busy:
            await asyncio.sleep(_PAUSE)


async def drop_files(road: Road, files: FileStore, *, again_after: timedelta = AGAIN_AFTER) -> bool:
    """Delete files that are due; tells whether there were any. Raises `StorageUnavailable`: they stay due."""
    async with road.database.begin() as connection:
        message_ids = await erasing.take_files(connection, most=_FILES_AT_ONCE)
        for message_id in message_ids:
            await files.delete(await files.list_keys(f"{message_id}/"))
        await erasing.settle_files(connection, message_ids, pause=again_after)
    return bool(message_ids)
