from __future__ import annotations

from datetime import UTC, date, datetime

from bot.domain.message import Kind
from bot.domain.staff import Role
from bot.service.add_staff import add_staff
from bot.service.answer import answer
from bot.service.receive import receive
from bot.service.road import Road
from bot.service.staff_reply import staff_reply
from bot.storage.ledger import list_ledger
from tests.fakes.engine import PlainEngine
from tests.integration.service.events import says


async def test_the_ledger_accounts_for_every_message(road: Road) -> None:
    engine = PlainEngine()
    mara = await add_staff(
        road, email="mara@lyra.example", name="Mara", password="correct horse", roles=frozenset({Role.AGENT})
    )
    for sender, text in (("a", "hello"), ("b", "quiet"), ("c", "a person please"), ("d", "person now")):
        received = await receive(road, says(text, sender=sender))
        assert received.conversation_id is not None
        await answer(road, engine, received.conversation_id)
        if sender == "c":
            await staff_reply(road, received.conversation_id, mara, "Here I am.", key="k")
    await receive(road, says("waiting", sender="e"))
    await receive(road, says("👍", sender="a", kind=Kind.REACTION))
    async with road.database.read() as connection:
        (day,) = await list_ledger(connection, since=date(2020, 1, 1))
    assert (day.received, day.bot, day.staff, day.waiting, day.not_needed) == (5, 1, 1, 2, 1)
    assert day.adds_up
    assert day.day == datetime.now(UTC).date()
