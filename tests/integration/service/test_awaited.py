"""Whether anybody is awaited in private is asked now and then, and known at once where a thread is moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.service import awaited
from bot.service.awaited import Awaited
from bot.service.link_threads import find_case_of
from bot.storage import awaited_cases
from tests.integration.service.cases import Place, account, opened, place, posts, writes

if TYPE_CHECKING:
    from bot.service.road import Road
    from bot.storage.awaited_cases import Arriving
    from bot.storage.database import AnyConnection


@pytest.fixture
def town(road: Road) -> Place:
    return place(road, account())


async def test_where_nobody_is_awaited_private_messages_are_looked_for_no_further(
    town: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    await town.hear(posts("hello"))
    monkeypatch.setattr(awaited, "FRESH", 1000.0)
    looked = []
    look = awaited_cases.find_awaited

    async def watch(connection: AnyConnection, arriving: Arriving) -> object:
        looked.append(arriving.native_id)
        return await look(connection, arriving)

    monkeypatch.setattr(awaited_cases, "find_awaited", watch)
    for number in range(3):
        await town.hear(writes(f"word {number}", sender="bob"))
    assert looked == []
    town.connector.results = [opened()]
    await town.hear(posts("a person please", event_id="post-2"))  # from now on somebody is
    await town.hear(writes("here I am"))
    assert looked == ["ann"]
    assert (await town.statuses())[-1] == "queued"


async def test_who_comes_by_a_link_is_found_whatever_was_told_before(
    town: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(awaited, "FRESH", 1000.0)
    await town.hear(posts("a person please"))
    await town.hear(writes("hi", sender="bob"))
    await town.ask("UPDATE thread_link SET private_id = NULL, private_key = NULL RETURNING 1")
    stale = Awaited()
    await town.ask("UPDATE thread_link SET closed_at = now() RETURNING 1")
    assert not await stale.ask(town.road.database, 1)
    await town.ask("UPDATE thread_link SET closed_at = NULL RETURNING 1")  # another process
    assert not await stale.ask(town.road.database, 1)
    town.road.awaited.__dict__.update(stale.__dict__)
    assert await find_case_of(town.road, 1, writes("hi")) is None
    assert await find_case_of(town.road, 1, writes("hi", word="post-1")) is not None
