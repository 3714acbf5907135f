"""Suggest same person: contacts that may be one are found beside the road, and staff are asked.

New messages are looked through once, in their order, some seconds after they were committed: nobody who
writes waits for it. What it costs depends on what is new, not on how many contacts there are.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from bot.desk.contact_facts import read_entity, read_handle, read_identity, read_words
from bot.desk.same_person import Held, find_pairs
from bot.errors import StorageUnavailable
from bot.storage import facts, people

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.desk.contact_facts import Fact
    from bot.service.road import Road
    from bot.storage.database import Connection
    from bot.storage.facts import NewMessage

log = structlog.get_logger(__name__)

QUIET = timedelta(seconds=60)
"""Longer than a transaction may take: a message with a smaller number is there by then, or never comes."""
AT_ONCE = 200  # messages
_PAUSE = 5.0  # seconds between looks
_BREATH = 0.05  # seconds, where more waits


async def run_suggestions(road: Road) -> None:
    """Look through new messages, for ever."""
    while True:
        try:
            more = await look(road)
        except StorageUnavailable as error:
            log.warning("Suggestions wait", reason=str(error))
            more = False
        except Exception:  # a mistake here must not end the process: nobody depends on it
            log.exception("Suggestions failed")
            more = False
        await asyncio.sleep(_BREATH if more else _PAUSE)


async def look(road: Road, *, quiet: timedelta = QUIET, most: int = AT_ONCE) -> bool:
    """Look through the next messages; tells whether more may wait. One process at a time does it."""
    async with road.database.begin() as connection:
        after = await facts.take_cursor(connection)
        if after is None:
            return False
        listed = await facts.list_new(connection, after, quiet=quiet, most=most)
        ripe = _take_ripe(listed)
        if not ripe:
            return False
        await _learn(connection, [message for message in ripe if message.theirs])
        await facts.move_cursor(connection, ripe[-1].id)
    return len(ripe) == most


def _take_ripe(listed: Sequence[NewMessage]) -> list[NewMessage]:
    unripe = next((number for number, each in enumerate(listed) if not each.ripe), len(listed))
    return list(listed[:unripe])


async def _learn(connection: Connection, said: Sequence[NewMessage]) -> None:
    if not said:
        return
    contact_ids = {message.contact_id for message in said}
    handles = await facts.list_handles(connection, contact_ids)
    held = [
        Held(contact_id=each.contact_id, fact=fact)
        for each in handles
        for fact in read_handle(each.channel, each.native_id, each.name, each.username)
    ]
    held += [Held(contact_id=each.contact_id, fact=fact) for each in said for fact in _read(each)]
    learnt = await facts.keep_facts(connection, held)
    if learnt:
        await _compare(connection, learnt)


def _read(message: NewMessage) -> Iterator[Fact]:
    yield from read_identity(message.identity)
    yield from read_words(message.text)
    for name, value in message.entities:
        yield from read_entity(name, value)


async def _compare(connection: Connection, learnt: set[int]) -> None:
    """Ask about those of whom something was learnt, and about whoever shares something with them.

    The others count, too: what one more contact has may say nothing any more.
    """
    sharing = {each.contact_id for each in await facts.list_shared(connection, learnt)} | learnt
    held = await facts.list_shared(connection, sharing)
    found = {pair: clues for pair, clues in find_pairs(held).items() if sharing & set(pair)}
    await people.suggest_pairs(connection, sharing, found)
