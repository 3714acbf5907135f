"""The REST channel: Rasa's request and answer, open or signed, answered or called back."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import ClassVar

from bot.connector import (
    HTTP_TIMEOUT,
    NEVER_POLLED,
    AccountConfig,
    Capabilities,
    Connector,
    Delivery,
    ErrorClass,
    InboundEvent,
    InboundRequest,
    OutboundReply,
    Polled,
    SendResult,
)
from bot.connector.callbacks import rejected
from bot.connector.egress import find_url_problem
from bot.connector.fields import MAX_TEXT
from bot.connector.signatures import check_signature, load_keys, read_secrets
from bot.domain.conversation import Surface
from bot.domain.json import JsonObject
from bot.domain.message import Message
from connectors.rest.api import open_api
from connectors.rest.payload import CHANNEL, parse_message, render_callback, render_message

OPTIONS = frozenset({"open", "secret", "callback_url", "allow_internal"})


class RestConnector:
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
    )

    def __init__(self, account: AccountConfig, *, http_timeout: timedelta = HTTP_TIMEOUT) -> None:
        """Hold the account; secrets that cannot be read count as none."""
        self.account = account
        self._keys = load_keys(account.options.get("secret", ""))
        self._api = open_api(account, self._keys, http_timeout)

    @classmethod
    def check_options(cls, options: Mapping[str, str]) -> list[str]:
        """Say what is missing or wrong."""
        account = AccountConfig(channel=CHANNEL, name="", options=options)
        problems = [f"`{name}` is not an option of rest" for name in sorted(options.keys() - OPTIONS)]
        secret, url = options.get("secret", ""), options.get("callback_url", "")
        try:
            read_secrets(secret)
        except ValueError as error:
            problems.append(f"`secret`: {error}")
        if not secret.strip() and not account.flag("open"):
            problems.append("set `secret` (whsec_…), or `open: true` to let anybody who reaches the port in")
        if secret.strip() and account.flag("open"):
            problems.append("`secret` and `open: true` contradict each other: take one away")
        if url and not secret.strip():
            problems.append("`callback_url` needs a `secret`: replies are always signed")
        url_problem = url and find_url_problem(url, allow_internal=account.flag("allow_internal"))
        if url_problem:
            problems.append(f"`callback_url` {url_problem}")
        return problems

    def verify(self, request: InboundRequest) -> None:
        """Accept signed requests, or any where the account says `open` and has no secret."""
        if self.account.flag("open") and not self.account.options.get("secret"):
            return
        check_signature(request.headers, request.body, keys=self._keys, now=request.received_at)

    def parse(self, request: InboundRequest) -> list[InboundEvent]:
        """Read one message."""
        return [parse_message(request, self.account, signed=bool(self._keys))]

    def render(self, message: Message, conversation_key: str) -> tuple[JsonObject, ...]:
        """Say a stored message as items of Rasa's answer."""
        return render_message(message, conversation_key)

    async def acknowledge(self, event: InboundEvent) -> None:
        """Do nothing: the answer to the request says it."""

    async def send(self, reply: OutboundReply) -> SendResult:
        """POST one reply to the account's callback endpoint."""
        if reply.reply_context.get("delivery") == Delivery.PULL or self._api is None:
            return rejected(ErrorClass.INVALID, "this conversation has no callback_url: replies are fetched")
        body = json.dumps(render_callback(reply), ensure_ascii=False).encode()
        return await self._api.post(body, message_id=reply.idempotency_key)

    async def typing(self, conversation_key: str) -> None:
        """Do nothing: REST shows no typing."""

    async def poll(self, cursor: str | None) -> AsyncIterator[Polled]:
        """Yield nothing: REST is called, it does not ask."""
        for polled in NEVER_POLLED:
            yield polled

    async def start(self, hook_url: str | None) -> None:
        """Open the session for callbacks."""
        if self._api is not None:
            await self._api.open()

    async def close(self) -> None:
        """Close it."""
        if self._api is not None:
            await self._api.close()


CONNECTOR: type[Connector] = RestConnector
