"""Poll: take what a platform holds for an account, where it cannot call us."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from bot.errors import BadPayload, SettingsError, StorageUnavailable
from bot.service.complete import complete
from bot.service.outages import OutageLog
from bot.service.receive import get_account_id, receive
from bot.storage import accounts
from bot.storage.locks import keep_while, open_lock

if TYPE_CHECKING:
    from bot.connector import Connector, Polled
    from bot.service.road import Road
    from bot.storage.locks import SessionLock

log = structlog.get_logger(__name__)

_POLLING = "polling"
_PAUSE = 1.0  # seconds after a failure
_NEXT_TRY = 2.0  # seconds between looks whether another process still polls


async def run_poller(road: Road, connector: Connector) -> None:
    """Poll one account until cancelled; returns when the platform refuses its credentials.

    One process at a time polls an account, as platforms give each event to one asker only: whoever
    holds its lock in PostgreSQL. The others wait, and the next one goes on when the first is gone.
    """
    note = log.bind(channel=connector.channel, account=connector.account.name)
    outages = OutageLog()
    while True:
        try:
            await _poll_alone(road, connector, outages)
        except SettingsError as error:
            note.error("Account is off: its platform refuses it", reason=str(error))
            return
        except StorageUnavailable as error:
            outages.failed(_POLLING, str(error), note.warning, "Polling waits", reason=str(error))
        except Exception as error:  # noqa: BLE001 - one account's trouble must not stop the others
            outages.failed(_POLLING, repr(error), note.error, "Polling broke", exc_info=error)
        await asyncio.sleep(_PAUSE)


async def _poll_alone(road: Road, connector: Connector, outages: OutageLog) -> None:
    """Poll while this process holds the account's lock.

    The lock ends with its connection. Then another process may poll already: this one stops.
    """
    name = f"visavis poll {connector.channel} {connector.account.name}"
    async with open_lock(road.database, name) as lock:
        await _wait_for(lock, connector)
        polling = asyncio.create_task(_poll(road, connector, outages))
        await keep_while(lock, polling)
    await polling


async def _wait_for(lock: SessionLock, connector: Connector) -> None:
    note = log.bind(channel=connector.channel, account=connector.account.name)
    waits = False
    while not await lock.try_take():
        if not waits:
            note.info("Another process polls this account: this one waits")
        waits = True
        await asyncio.sleep(_NEXT_TRY)
    if waits:
        note.info("The other process polls this account no more: this one does")


async def _poll(road: Road, connector: Connector, outages: OutageLog) -> None:
    name = connector.account.name
    account_id = await get_account_id(road, connector.channel, name)
    async with road.database.read() as connection:
        cursor = await accounts.get_cursor(connection, account_id)
    async for polled in connector.poll(cursor):
        if polled.events:
            road.listening.hear(connector.channel, name, road.now())
        await _take(road, connector, polled)
        async with road.database.begin() as connection:
            await accounts.set_cursor(connection, account_id, polled.cursor)
        outages.worked(_POLLING, log.info, "Polling goes on", channel=connector.channel, account=name)


async def _take(road: Road, connector: Connector, polled: Polled) -> None:
    """Commit a batch, event by event. After a crash some come again, and are known then."""
    for told in polled.events:
        try:
            event = await complete(road, connector, told)
            await receive(road, event)
        except BadPayload as error:
            log.warning("Event refused", channel=connector.channel, reason=str(error))
            continue
        await connector.acknowledge(event)
