"""What the author of a public post changes while it is judged, or while another of theirs is answered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from typing_extensions import override

from bot.domain.conversation import Surface
from bot.domain.message import Kind
from bot.domain.pipeline import PublicPosts
from bot.domain.understanding import Triage, Understanding
from bot.engines.engine import Turn, TurnResult
from bot.service.answer import answer
from bot.service.receive import receive
from tests.fakes.engine import PlainEngine
from tests.integration.service.events import says

if TYPE_CHECKING:
    from bot.connector import InboundEvent
    from bot.service.road import Road

PASSING = "Running my first half marathon in my @lyra headphones"
ASKS = "@lyra can you help me? My left one is silent"


def posts(text: str, *, event_id: str) -> InboundEvent:
    event = says(text, channel="x", event_id=event_id)
    return replace(event, surface=Surface.PUBLIC, metadata={"addressed": "mention"})


def changes(event_id: str) -> InboundEvent:
    return replace(posts(ASKS, event_id=event_id), kind=Kind.EDIT, target_id=event_id, revision=1)


class Changing(PlainEngine):
    """Somebody changes the post `event_id` as soon as the engine looks at anything."""

    def __init__(self, road: Road, event_id: str) -> None:
        super().__init__()
        self._road, self._event_id = road, event_id

    async def change(self) -> None:
        event_id, self._event_id = self._event_id, ""
        if event_id:
            await receive(self._road, changes(event_id))

    @override
    async def parse(self, text: str) -> Understanding:
        await self.change()
        return replace(self._understand(text), triage=Triage(complaint=0.05))


class ChangingInTurn(Changing):
    """The same, once the turn of another message is under way."""

    @override
    async def parse(self, text: str) -> Understanding:
        return replace(self._understand(text), triage=Triage(complaint=0.05))

    @override
    async def respond(self, turn: Turn) -> TurnResult:
        await self.change()
        return await super().respond(turn)


async def fetch(road: Road, sql: str) -> list[tuple[object, ...]]:
    async with road.database.read() as connection:
        return [tuple(row) for row in await connection.exec_driver_sql(sql)]


async def answer_all(road: Road, conversation_id: int) -> None:
    for _ in range(5):
        await answer(road, PlainEngine(), conversation_id)


async def test_post_that_becomes_a_question_while_it_is_judged_is_answered(road: Road) -> None:
    assert road.desk.public_posts is PublicPosts.NEEDED
    received = await receive(road, posts(PASSING, event_id="p1"))
    assert received.conversation_id is not None
    left = await answer(road, Changing(road, "p1"), received.conversation_id)
    assert left is not None
    assert left.more
    await answer_all(road, received.conversation_id)
    assert await fetch(road, "SELECT settled FROM message WHERE event_id = 'p1' AND revision = 0") == [
        ("bot",)
    ]
    assert await fetch(road, "SELECT count(*) FROM left_alone") == [(0,)]


async def test_post_that_becomes_a_question_while_a_later_one_is_answered_is_answered_too(road: Road) -> None:
    first = await receive(road, posts(PASSING, event_id="p1"))
    assert first.conversation_id is not None
    await answer(road, Changing(road, ""), first.conversation_id)
    assert await fetch(road, "SELECT count(*) FROM left_alone") == [(1,)]
    await receive(road, posts("@lyra are you open today?", event_id="p2"))
    await answer(road, ChangingInTurn(road, "p1"), first.conversation_id)
    await answer_all(road, first.conversation_id)
    assert await fetch(road, "SELECT settled FROM message WHERE event_id = 'p1' AND revision = 0") == [
        ("bot",)
    ]
