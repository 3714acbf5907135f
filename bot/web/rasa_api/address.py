"""Whose conversation `/conversations/{id}/…` means.

Rasa knows conversations by the sender's id alone. Here that is the key of a conversation on one of the
channels that Rasa's own clients write on; `?channel=` and `?account=` name any other. One that nobody
began is begun on the first REST account that is on.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.connector import InboundRequest
from bot.errors import BadParameter, UnknownConversation
from bot.service.begin import begin_conversation
from bot.service.look_into import find_conversation
from bot.web.keys import ROAD
from bot.web.rasa_api.access import check_access_to
from bot.web.rasa_api.parameters import read_conversation_id
from bot.web.rasa_api.rest import choose_account

if TYPE_CHECKING:
    from aiohttp import web

    from bot.connector import InboundEvent
    from bot.domain.json import JsonObject
    from bot.storage.steering import Standing

REST = "rest"
RASA_CHANNELS = (REST, "callback", "socketio")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A conversation that a call names, and what is there of it: None where nobody began it."""

    request: web.Request
    key: str
    standing: Standing | None

    def get(self) -> Standing:
        """Return what is there. Raises `UnknownConversation`."""
        if self.standing is None:
            raise UnknownConversation("Conversation ID not found.")
        return self.standing

    async def get_or_begin(self) -> int:
        """Return the id of the conversation, begun where it is not there. Raises `UnknownConversation`."""
        if self.standing is not None:
            return self.standing.conversation_id
        return await begin_conversation(self.request.app[ROAD], self.parse("-"))

    def parse(self, text: str, metadata: JsonObject | None = None) -> InboundEvent:
        """Return what the contact says, as if it came through the REST channel.

        Raises `BadPayload`; `UnknownConversation` for a new conversation on another channel.
        """
        if self.request.query.get("channel", REST) != REST:
            raise UnknownConversation("Conversation ID not found, and no program begins one on this channel.")
        connector = choose_account(self.request, REST)
        body = {"sender": self.key, "message": text, "metadata": dict(metadata or {})}
        now = self.request.app[ROAD].now()
        [event] = connector.parse(InboundRequest(body=json.dumps(body).encode(), received_at=now))
        return event


async def find_address(request: web.Request) -> Address:
    """Return the conversation that a call names, to whoever may use it.

    Raises `BadSignature`, `NotAllowed`, `BadParameter`.
    """
    key = read_conversation_id(request)
    check_access_to(request, key)
    channel, account = request.query.get("channel"), request.query.get("account")
    if channel == "" or account == "":
        raise BadParameter("channel", "query", "`channel` and `account` name one, or are not there")
    channels = (channel,) if channel else (REST,) if account else RASA_CHANNELS
    standing = await find_conversation(request.app[ROAD], key, channels=channels, account=account)
    return Address(request=request, key=key, standing=standing)
