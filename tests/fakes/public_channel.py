"""A channel of public posts and direct messages with the rules that Meta's and WhatsApp have."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from bot.connector import AccountConfig, Capabilities, PrivateReply, Window
from bot.domain.conversation import Surface
from tests.fakes.connector import ScriptedConnector
from tests.integration.service.events import says

if TYPE_CHECKING:
    from bot.connector import InboundEvent

DAY, WEEK = timedelta(days=1), timedelta(days=7)


class PublicConnector(ScriptedConnector):
    """Direct messages for a day, a week for people; comments with one private reply within a week."""

    capabilities: ClassVar[Capabilities] = Capabilities(
        surfaces=frozenset({Surface.DIRECT, Surface.PUBLIC}),
        text_max=1000,
        burst_pause=timedelta(),
        files=frozenset({"image"}),
        window=Window(bot=DAY, staff=WEEK),
        elsewhere={
            Surface.PUBLIC: Capabilities(
                surfaces=frozenset({Surface.PUBLIC}),
                text_max=2200,
                burst_pause=timedelta(),
                private_reply=PrivateReply(each=1, within=WEEK),
            )
        },
    )


def public_connector() -> PublicConnector:
    """Return the account that `says` writes to."""
    return PublicConnector(AccountConfig(channel="webchat", name="lyra"))


def posts(text: str, *, sender: str = "ann") -> InboundEvent:
    """Somebody says something in public."""
    return replace(says(text, sender=sender), surface=Surface.PUBLIC)
