"""The REST channel: Rasa's request and answer, open or signed, answered or called back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from bot.connector import (
    HTTP_TIMEOUT,
    AccountConfig,
    Capabilities,
    Connector,
    Delivery,
    ErrorClass,
    InboundEvent,
    InboundRequest,
    OutboundReply,
    SendResult,
)
from bot.connector.callbacks import NO_PUBLIC_URL, rejected
from bot.connector.fields import MAX_TEXT
from bot.connector.options import find_unknown_options
from bot.connector.rasa_items import render_stored
from bot.connector.signatures import load_keys
from bot.connector.signed import Signed, find_access_problems, find_address_problems
from bot.domain.conversation import Surface
from bot.domain.json import JsonObject
from bot.domain.message import Kind, Message
from connectors.rest.api import open_api
from connectors.rest.payload import CHANNEL, parse_message, render_callback

OPTIONS = frozenset({"open", "secret", "callback_url", "allow_internal"})


class RestConnector(Signed):
    """One account of the REST channel."""

    channel: ClassVar[str] = CHANNEL
    capabilities: ClassVar[Capabilities] = Capabilities(
        surfaces=frozenset({Surface.DIRECT}),
        text_max=MAX_TEXT,
        buttons_max=100,
        button_label_max=MAX_TEXT,
        button_payload_max=MAX_TEXT,
        idempotent_sends=True,
        burst_pause=timedelta(),
        brings=frozenset({Kind.TEXT, Kind.MEDIA}),
        files=frozenset({"image", "audio", "video", "file"}),
    )

    def __init__(self, account: AccountConfig, *, http_timeout: timedelta = HTTP_TIMEOUT) -> None:
        """Hold the account; secrets that cannot be read count as none."""
        keys = load_keys(account.options.get("secret", ""))
        super().__init__(account, keys=keys, api=open_api(account, keys, http_timeout))

    @classmethod
    def check_options(cls, options: Mapping[str, str]) -> list[str]:
        """Say what is missing or wrong."""
        account = AccountConfig(channel=CHANNEL, name="", options=options)
        problems = find_unknown_options(CHANNEL, options, OPTIONS)
        problems += find_access_problems(account)
        if options.get("callback_url") and not options.get("secret", "").strip():
            problems.append("`callback_url` needs a `secret`: replies are always signed")
        return problems + find_address_problems(account, "callback_url")

    def parse(self, request: InboundRequest) -> list[InboundEvent]:
        """Read one message."""
        return [parse_message(request, self.account, signed=bool(self._keys))]

    def render(self, message: Message, conversation_key: str) -> tuple[JsonObject, ...]:
        """Say a stored message as items of Rasa's answer."""
        return render_stored(message, conversation_key)

    async def send(self, reply: OutboundReply) -> SendResult:
        """POST one reply to the account's callback endpoint."""
        if reply.reply_context.get("delivery") == Delivery.PULL or self._api is None:
            return rejected(ErrorClass.INVALID, "this conversation has no callback_url: replies are fetched")
        if any(file.url is None for file in reply.files):
            return rejected(ErrorClass.INVALID, NO_PUBLIC_URL)
        body = json.dumps(render_callback(reply), ensure_ascii=False).encode()
        return await self._api.post(body, message_id=reply.idempotency_key)


CONNECTOR: type[Connector] = RestConnector
