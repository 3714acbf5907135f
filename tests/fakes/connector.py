"""A channel whose platform does what a test says."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from typing_extensions import override

from bot.connector import (
    HTTP_TIMEOUT,
    AccountConfig,
    Capabilities,
    Connector,
    ErrorClass,
    InboundEvent,
    InboundRequest,
    OutboundReply,
    SendError,
    SendResult,
    SendState,
)
from bot.connector.quiet import Quiet
from bot.domain.conversation import Surface

SENT = SendResult(state=SendState.SENT, native_ids=("n1",))


def rejected(error_class: ErrorClass, *, retry_after: timedelta | None = None) -> SendResult:
    """Certainly not dispatched, for this reason."""
    error = SendError(error_class=error_class, detail="told to refuse", retry_after=retry_after)
    return SendResult(state=SendState.REJECTED, error=error)


class ScriptedConnector(Quiet):
    """Answers sends with the given results, then with `sent`; keeps what it was asked to send.

    `hold` keeps sends on their way until `go_on`; `wait_sending` waits for the first one.
    """

    channel: ClassVar[str] = "webchat"
    capabilities: ClassVar[Capabilities] = Capabilities(
        surfaces=frozenset({Surface.DIRECT}),
        text_max=4096,
        burst_pause=timedelta(),
    )

    def __init__(self, account: AccountConfig, *, http_timeout: timedelta = HTTP_TIMEOUT) -> None:
        self.account = account
        self.results: list[SendResult | Exception] = []
        self.sent: list[OutboundReply] = []
        self.typed: list[str] = []
        self.delay = timedelta()
        self._sending, self._goes_on = asyncio.Event(), asyncio.Event()
        self._goes_on.set()

    @classmethod
    def check_options(cls, options: Mapping[str, str]) -> list[str]:
        """Everything is fine."""
        return []

    def verify(self, request: InboundRequest) -> None:
        """Everybody is who they say."""

    def parse(self, request: InboundRequest) -> list[InboundEvent]:
        """Nothing comes in by HTTP."""
        return []

    async def send(self, reply: OutboundReply) -> SendResult:
        self.sent.append(reply)
        self._sending.set()
        await self._goes_on.wait()
        await asyncio.sleep(self.delay.total_seconds())
        result = self.results.pop(0) if self.results else SENT
        if isinstance(result, Exception):
            raise result
        return result

    @override
    async def typing(self, conversation_key: str) -> None:
        self.typed.append(conversation_key)

    def hold(self) -> None:
        self._goes_on.clear()

    def go_on(self) -> None:
        self._goes_on.set()

    async def wait_sending(self) -> None:
        """Return when something was sent; nothing within twenty seconds fails the test."""
        await asyncio.wait_for(self._sending.wait(), 20)

    @property
    def texts(self) -> list[str]:
        """What was sent, in order."""
        return [reply.content.text for reply in self.sent]


def scripted_connector(*results: SendResult | Exception) -> ScriptedConnector:
    """Make one for the account that `tests.integration.service.events` writes to."""
    connector = ScriptedConnector(AccountConfig(channel="webchat", name="lyra"))
    connector.results.extend(results)
    return connector


FITS: type[Connector] = ScriptedConnector
