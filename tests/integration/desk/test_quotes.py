"""What a customer answers is shown beside their words: their own, ours in any of its parts, or nobody's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.connector import SendResult, SendState
from bot.service.deliver import deliver
from bot.service.receive import receive
from tests.fakes.connector import scripted_connector
from tests.integration.service.delivering import answered
from tests.integration.service.events import says

if TYPE_CHECKING:
    from bot.connector import InboundEvent
    from bot.service.road import Road
    from tests.integration.desk.conftest import Browser


def answers(quoted: str, *, sender: str = "ann") -> InboundEvent:
    return replace(says("this one", sender=sender), metadata={"quoted": quoted})


async def talk(road: Road, sender: str, *native_ids: str) -> int:
    """Have somebody write and be answered, the answer leaving under those ids."""
    conversation_id = await answered(road, says("which lamp", sender=sender, event_id=f"{sender}-1"))
    connector = scripted_connector(SendResult(state=SendState.SENT, native_ids=native_ids))
    await deliver(road, {("webchat", "lyra"): connector}, conversation_id)
    return conversation_id


async def test_quoted_message_is_linked_whoever_said_it(road: Road, mara: Browser) -> None:
    conversation_id = await talk(road, "ann", "n1", "n2")
    await receive(road, answers("ann-1"))
    for part in ("n1", "n2"):
        await receive(road, answers(part))
    page = await mara.get(f"/desk/c/{conversation_id}")
    assert page.count('class="quote" href="#m-') == 3
    assert page.count('<span class="quote-who">Bot</span> <span dir="auto">1: which lamp</span>') == 2
    assert '<span class="quote-who">Ann</span> <span dir="auto">which lamp</span>' in page


async def test_message_of_another_conversation_is_none_of_this_one(road: Road, mara: Browser) -> None:
    await talk(road, "bob", "b1")
    conversation_id = await talk(road, "ann", "n1")
    for foreign in ("bob-1", "b1"):
        await receive(road, answers(foreign))
    page = await mara.get(f"/desk/c/{conversation_id}")
    assert 'class="quote" href' not in page
    assert page.count("In answer to a message that is not kept here") == 2
