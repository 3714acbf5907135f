"""What the victim and the test agree on: two messages, one conversation, a platform over HTTP."""

from __future__ import annotations

from datetime import timedelta

import aiohttp
from typing_extensions import override

from bot.connector import AccountConfig, InboundEvent, OutboundReply, SendResult
from tests.fakes.connector import SENT, ScriptedConnector
from tests.integration.service.events import says

TEXTS = ("first", "second")
CONVERSATION = 1  # the first of a fresh database
LEASE = timedelta(milliseconds=400)


def inbound(number: int) -> InboundEvent:
    """The platform's webhook for one of the messages: the same on every delivery."""
    return says(TEXTS[number], event_id=f"platform-{number}")


class HttpConnector(ScriptedConnector):
    """Posts replies to a platform that shows each of them to the customer, repeated or not."""

    receiver = ""

    @override
    async def send(self, reply: OutboundReply) -> SendResult:
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.receiver, data=reply.content.text.encode()) as response,
        ):
            response.raise_for_status()
        return SENT


def http_connector(receiver: str) -> HttpConnector:
    """Make one for the account that `inbound` writes to."""
    connector = HttpConnector(AccountConfig(channel="webchat", name="lyra"))
    connector.receiver = receiver
    return connector
