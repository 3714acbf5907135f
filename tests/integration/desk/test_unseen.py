"""What is changed or deleted that was written before we were there: no empty entry at the desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.domain.message import Content, Kind
from bot.service.list_queue import list_queue
from bot.service.receive import receive
from bot.storage.ledger import list_ledger
from bot.storage.queue import QueueView
from tests.integration.service.events import says

if TYPE_CHECKING:
    from bot.connector import InboundEvent
    from bot.service.road import Road
    from tests.integration.desk.conftest import Browser

GONE = says("", event_id="gone-1", kind=Kind.DELETE, target_id="before-1")
NO_WORDS = "no words"


def change(road: Road) -> InboundEvent:
    """Return an edit of what was written long ago."""
    edit = says("now with more", event_id="edit-1", kind=Kind.EDIT, target_id="before-1")
    return replace(edit, revision=1, platform_at=road.now() - timedelta(days=3))


async def told(road: Road, *, deleted: bool) -> int:
    found = (await receive(road, GONE if deleted else change(road))).conversation_id
    assert found is not None
    return found


@pytest.mark.parametrize("deleted", [True, False])
async def test_nobody_who_only_changed_or_deleted_the_unseen_is_listed(
    road: Road, mara: Browser, *, deleted: bool
) -> None:
    conversation_id = await told(road, deleted=deleted)
    assert await list_queue(road, view=QueueView.RECENT, staff_id=mara.staff.id) == []
    assert f'id="row-{conversation_id}"' not in await mara.get("/desk?view=recent")
    await receive(road, says("hello", event_id="m2"))
    assert f'id="row-{conversation_id}"' in await mara.get("/desk?view=recent")


@pytest.mark.parametrize("deleted", [True, False])
async def test_one_line_says_it_among_what_was_said(road: Road, mara: Browser, *, deleted: bool) -> None:
    await receive(road, says("where is my parcel", event_id="m1"))
    conversation_id = await told(road, deleted=deleted)
    page = await mara.get(f"/desk/c/{conversation_id}?view=recent")
    assert f"Ann {'deleted' if deleted else 'changed'} a message that never came in here" in page
    assert NO_WORDS not in page.lower()
    (row,) = await list_queue(road, view=QueueView.RECENT, staff_id=mara.staff.id)
    assert row.row.wants == "where is my parcel"


async def test_what_was_seen_is_deleted_as_ever(road: Road, mara: Browser) -> None:
    await receive(road, says("my card is 4111", event_id="before-1"))
    conversation_id = await told(road, deleted=True)
    page = await mara.get(f"/desk/c/{conversation_id}?view=recent")
    assert "Ann deleted a message" in page
    assert "never came in" not in page
    assert "4111" not in page


async def test_deletion_of_the_unseen_is_nothing_received(road: Road) -> None:
    await told(road, deleted=True)
    async with road.database.read() as connection:
        days = await list_ledger(connection, since=date(2000, 1, 1))
    assert sum(day.received for day in days) == 0
    assert all(day.adds_up for day in days)
    late = says("", event_id="before-1")
    late = replace(late, content=Content(text="late"), platform_at=datetime.now(UTC))
    assert (await receive(road, late)).duplicate
