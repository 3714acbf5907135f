"""The callback channel: Rasa's request, open or signed; each item of an answer is POSTed to `url`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import ClassVar

from bot.connector import (
    HTTP_TIMEOUT,
    NEVER_POLLED,
    AccountConfig,
    Capabilities,
    Connector,
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
from connectors.callback.api import open_api, send_items
from connectors.callback.payload import CHANNEL, parse_message, render_message

OPTIONS = frozenset({"url", "open", "secret", "allow_internal"})


class CallbackConnector:
    """One account of the callback channel."""

    channel: ClassVar[str] = CHANNEL
    capabilities: ClassVar[Capabilities] = Capabilities(
        surfaces=frozenset({Surface.DIRECT}),
        text_max=MAX_TEXT,
        buttons_max=100,
        button_label_max=MAX_TEXT,
        button_payload_max=MAX_TEXT,
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
        problems = [f"`{name}` is not an option of callback" for name in sorted(options.keys() - OPTIONS)]
        secret, url = options.get("secret", ""), options.get("url", "")
        try:
            read_secrets(secret)
        except ValueError as error:
            problems.append(f"`secret`: {error}")
        if not secret.strip() and not account.flag("open"):
            problems.append("set `secret` (whsec_…), or `open: true` to let anybody who reaches the port in")
        if secret.strip() and account.flag("open"):
            problems.append("`secret` and `open: true` contradict each other: take one away")
        problem = (
            find_url_problem(url, allow_internal=account.flag("allow_internal")) if url else "is missing"
        )
        if problem:
            problems.append(f"`url` {problem}")
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
        """Say a stored message as the bodies that are POSTed."""
        return render_message(message, conversation_key)

    async def acknowledge(self, event: InboundEvent) -> None:
        """Do nothing: the answer to the request says it."""

    async def send(self, reply: OutboundReply) -> SendResult:
        """POST the items of one reply to the account's `url`."""
        if self._api is None:
            return rejected(ErrorClass.INVALID, "the account has no `url` to call")
        return await send_items(self._api, reply)

    async def typing(self, conversation_key: str) -> None:
        """Do nothing: there is nobody to tell."""

    async def poll(self, cursor: str | None) -> AsyncIterator[Polled]:
        """Yield nothing: this channel is called, it does not ask."""
        for polled in NEVER_POLLED:
            yield polled

    async def start(self, hook_url: str | None) -> None:
        """Open the session for call-backs."""
        if self._api is not None:
            await self._api.open()

    async def close(self) -> None:
        """Close it."""
        if self._api is not None:
            await self._api.close()


CONNECTOR: type[Connector] = CallbackConnector
