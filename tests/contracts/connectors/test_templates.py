"""What the platform approved beforehand: listed, with what must be filled in, and sent as it wants it."""

from __future__ import annotations

import pytest

from bot.connector import HasTemplates, SendState
from bot.domain.message import Content
from bot.errors import PlatformUnavailable
from tests.contracts.connectors.channel import Channel, Stage, Trouble, make_reply


def test_who_lists_templates_may_send_them_when_the_window_is_closed(channel: Channel) -> None:
    connector = channel.build()
    assert isinstance(connector, HasTemplates) == connector.capabilities.window.templates


async def test_template_is_listed_filled_in_and_sent(stage: Stage) -> None:
    assert isinstance(stage.connector, HasTemplates)
    assert stage.approve is not None
    stage.approve("news", "Hi {{1}}, it comes on {{2}}, {{1}}.", approved=True)
    stage.approve("waits", "Not looked at yet.", approved=False)
    news, waits = await stage.connector.list_templates()
    assert (news.name, news.problem, bool(waits.problem)) == ("news", "", True)
    assert len({news.key, waits.key}) == 2
    assert [place.name for place in news.places] == ["1", "2"]
    values = {(place.part, place.name): f"value {place.name}" for place in news.places}
    content = Content(text=news.read(values), custom={"template": news.fill(values)})
    result = await stage.connector.send(make_reply(stage.key, content))
    assert result.state is SendState.SENT
    assert stage.texts() == [content.text] == ["Hi value 1, it comes on value 2, value 1."]


async def test_templates_that_cannot_be_listed_now_say_so(stage: Stage) -> None:
    assert isinstance(stage.connector, HasTemplates)
    await stage.trouble(Trouble.AWAY)
    with pytest.raises(PlatformUnavailable):
        await stage.connector.list_templates()
