"""What every connector is able to do, written down once.

A connector serves one account of one channel. `verify`, `parse` and `render` are pure; `send`
dispatches one reply and tells truthfully what became of it. Committing, dedupe, ordering, rate
limits and retries belong to the service, never to a connector.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from typing import ClassVar, Protocol, runtime_checkable

from bot.connector.capabilities import Capabilities
from bot.connector.events import (
    AccountConfig,
    Earlier,
    HookResponse,
    InboundEvent,
    InboundRequest,
    Polled,
)
from bot.connector.guides import Finding, Guide
from bot.connector.media import MediaAddress
from bot.connector.replies import OutboundReply, SendResult
from bot.connector.templates import Template
from bot.domain.json import JsonObject
from bot.domain.message import Attachment, Message

HTTP_TIMEOUT = timedelta(seconds=10)


class Connector(Protocol):
    """One account of one channel. Its module exports `CONNECTOR`, the class."""

    channel: ClassVar[str]
    capabilities: ClassVar[Capabilities]
    account: AccountConfig

    def __init__(self, account: AccountConfig, *, http_timeout: timedelta = HTTP_TIMEOUT) -> None:
        """Hold the account. Opens nothing; a call to the platform may take `http_timeout`."""
        ...

    @classmethod
    def check_options(cls, options: Mapping[str, str]) -> list[str]:
        """Say in words what is missing or wrong in an account's options; empty when all is well."""
        ...

    def verify(self, request: InboundRequest) -> None:
        """Raise `BadSignature` unless the raw request provably comes from the platform."""
        ...

    def parse(self, request: InboundRequest) -> list[InboundEvent]:
        """Read a verified request. Raise `BadPayload` if it is not what the platform sends."""
        ...

    async def acknowledge(self, event: InboundEvent) -> None:
        """Tell the platform that an event was taken: a pressed button stops spinning.

        Called after the event's commit, or never. Failure is not an error.
        """
        ...

    async def send(self, reply: OutboundReply) -> SendResult:
        """Dispatch one reply. Never raises for what the platform answers: that is the result."""
        ...

    async def typing(self, conversation_key: str) -> None:
        """Show that a person writes an answer. Only where `capabilities.typing`. Failure is not an error."""
        ...

    def poll(self, cursor: str | None) -> AsyncIterator[Polled]:
        """Yield batches for ever, starting after `cursor`. Only where `capabilities.polling`.

        A batch counts as taken, and is never seen again, once the next one is asked for: commit
        before that. Raises `SettingsError` when the platform refuses the account's credentials.
        """
        ...

    async def start(self, hook_url: str | None) -> None:
        """Open connections and register `hook_url`, the public address of this account's webhook.

        None where there is no public address. Raises `SettingsError` when the platform refuses the
        account's credentials; a platform that does not answer is tried again in the background.
        """
        ...

    async def close(self) -> None:
        """Release connections. Harmless when nothing was started."""
        ...


@runtime_checkable
class Renders(Protocol):
    """A channel whose replies are read by our own endpoints: a REST answer, a widget's socket."""

    def render(self, message: Message, conversation_key: str) -> tuple[JsonObject, ...]:
        """Say a stored message in the channel's own JSON; nothing for what customers never see."""
        ...


@runtime_checkable
class Handshakes(Protocol):
    """A channel whose platform asks our webhook for an answer of the channel's own.

    Meta's `hub.challenge` and X's CRC come by GET, Slack's `url_verification` and Discord's ping by
    POST; X asks again every hour. Other channels' webhooks take POST only.
    """

    def handshake(self, request: InboundRequest) -> HookResponse | None:
        """Return the answer to such a question; None for any other request. Pure.

        A POST was verified before this is asked, and is parsed if the answer is None. A GET was
        not, as platforms do not sign it: raise `BadSignature` unless it proves what it can (Meta's
        token), and always where no secret is set. Where the answer is a signature made with the
        key that also signs events (X), take only tokens that could never be a body: whoever may
        choose what is signed could have an event of their own signed.
        """
        ...


@runtime_checkable
class Completes(Protocol):
    """A channel whose webhooks tell some messages without their words (Instagram's mentions)."""

    async def complete(self, event: InboundEvent) -> InboundEvent:
        """Return an event with what the platform adds when it is asked; a whole one as it is, at no cost.

        Called before each event's commit. Raises `PlatformUnavailable` where there is no answer now: what
        came with it is committed, the webhook is refused, and the platform tells it again.
        """
        ...


@runtime_checkable
class Recalls(Protocol):
    """A channel that reads some events by an earlier one, which another process may have taken."""

    def needs(self, event: InboundEvent) -> str | None:
        """Return the id of the earlier event, None where none is needed. Pure, and quick."""
        ...

    def recall(self, event: InboundEvent, known: Earlier | None) -> InboundEvent:
        """Return what an event is, now that the earlier one is `known`; None: there is none.

        Called before the commit of each event that needs it.
        """
        ...


@runtime_checkable
class HoldsMedia(Protocol):
    """A channel whose platform keeps the files that customers send."""

    async def locate(self, attachment: Attachment) -> MediaAddress:
        """Return where the file of one of our events lies now. Fetching it is the service's business.

        Raises `MediaGone` where it is no more, `MediaUnavailable` where the platform does not answer.
        """
        ...


@runtime_checkable
class LooksUp(Protocol):
    """A channel whose platform can be asked whether a message of ours arrived."""

    async def look_up(self, reply: OutboundReply) -> SendResult | None:
        """Tell what became of a send whose outcome is unknown; None where that cannot be told now."""
        ...


@runtime_checkable
class MovesToPrivate(Protocol):
    """A channel of public posts whose authors can be led to a private place by a link."""

    def make_private_link(self, reply_context: JsonObject) -> str | None:
        """Return an address that opens a private conversation with the brand; None where there is none."""
        ...


@runtime_checkable
class HasTemplates(Protocol):
    """A channel whose platform approves messages beforehand."""

    async def list_templates(self) -> tuple[Template, ...]:
        """Return those messages, with the reason (`Template.problem`) where one cannot be sent now.

        Raises `PlatformUnavailable` where there is no answer.
        """
        ...


@runtime_checkable
class ReplacesHooks(Protocol):
    """A channel that leads its platform from an address of ours of before to the one of now."""

    def know_earlier(self, hook_urls: Sequence[str]) -> None:
        """Learn where the platform was told to call before, by this service. Before `start` and `examine`."""
        ...


@runtime_checkable
class Guided(Protocol):
    """A channel that helps to set an account up, and to find out why nothing arrives."""

    guide: ClassVar[Guide]

    async def examine(self, hook_url: str | None) -> list[Finding]:
        """Ask the platform whether all is well: the credentials, the address of the webhook, subscriptions.

        Changes nothing there. Never raises for what the platform answers; works before `start`.
        """
        ...
