"""The Instagram channel: one professional account, its messages, comments and mentions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import ClassVar
from urllib.parse import quote

from typing_extensions import override

from bot.connector import (
    HTTP_TIMEOUT,
    AccountConfig,
    Capabilities,
    Connector,
    Earlier,
    ErrorClass,
    Finding,
    Guide,
    InboundEvent,
    OutboundReply,
    PrivateReply,
    Rate,
    ReplyMode,
    SendError,
)
from bot.connector.meta.account import COMMON, MetaAccount, find_problems
from bot.connector.meta.comments import get_held_parent, release_own
from bot.connector.meta.events import Us
from bot.connector.meta.messages import LABEL_MAX, PAYLOAD_MAX, QUICK_REPLIES_MAX
from bot.connector.meta.send import Call
from bot.domain.conversation import Surface
from bot.domain.json import JsonObject
from bot.domain.message import Kind
from bot.errors import PlatformUnavailable
from connectors.instagram.api import make_api, make_node, read_mention
from connectors.instagram.guide import GUIDE
from connectors.instagram.payload import CHANNEL, parse_body
from connectors.instagram.remarks import complete_mention
from connectors.instagram.render import (
    COMMENT_MAX,
    FILES,
    LIMITS,
    TEXT_MAX,
    TEXT_UNIT,
    WINDOW,
    Sender,
    render_reply,
)
from connectors.instagram.renewal import Renewal

OWN_OPTIONS = frozenset({"instagram_id", "page_id", "username", "token_file"})
OPTIONS = COMMON | OWN_OPTIONS
USERNAME = re.compile(r"[A-Za-z0-9_.]{1,30}")
BRINGS = frozenset(
    {
        *(Kind.TEXT, Kind.POSTBACK, Kind.MEDIA, Kind.EDIT, Kind.DELETE),
        *(Kind.REACTION, Kind.RECEIPT, Kind.ECHO),
    }
)
# https://developers.facebook.com/docs/graph-api/overview/rate-limiting/
RATES = (Rate(scope="account", limit=300, period=timedelta(seconds=1)),)


class InstagramConnector(MetaAccount):
    """One account."""

    channel: ClassVar[str] = CHANNEL
    guide: ClassVar[Guide] = GUIDE
    capabilities: ClassVar[Capabilities] = Capabilities(
        surfaces=frozenset({Surface.DIRECT, Surface.PUBLIC}),
        text_max=TEXT_MAX,
        text_unit=TEXT_UNIT,
        buttons_max=QUICK_REPLIES_MAX,
        button_label_max=LABEL_MAX,
        button_payload_max=PAYLOAD_MAX,
        typing=True,
        burst_pause=timedelta(seconds=1),
        rates=RATES,
        brings=BRINGS,
        files=FILES,
        file_rules=LIMITS.file_rules,
        window=WINDOW,
        other_ids_in_public=True,
        shared_hook=True,
        elsewhere={
            Surface.PUBLIC: Capabilities(
                surfaces=frozenset({Surface.PUBLIC}),
                text_max=COMMENT_MAX,
                burst_pause=timedelta(),
                private_reply=PrivateReply(each=1, within=timedelta(days=7)),
                shared_hook=True,
            )
        },
    )

    def __init__(self, account: AccountConfig, *, http_timeout: timedelta = HTTP_TIMEOUT) -> None:
        """Hold the account."""
        options = account.options
        api = make_api(options, timeout=http_timeout)
        super().__init__(
            account,
            us=Us(
                channel=CHANNEL,
                account=account.name,
                own_id=options.get("instagram_id", ""),
                app_id=options.get("app_id", ""),
            ),
            node=make_node(options),
            api=api,
        )
        self.renewal = Renewal(
            api, account=account.name, path=options.get("token_file", ""), now=partial(datetime.now, UTC)
        )
        self._username = options.get("username", "").removeprefix("@")

    @classmethod
    def check_options(cls, options: Mapping[str, str]) -> list[str]:
        """Say what is missing or wrong."""
        problems = find_problems(CHANNEL, options, numbers=("instagram_id", "page_id"), own=OWN_OPTIONS)
        username = options.get("username", "").removeprefix("@")
        if username and not USERNAME.fullmatch(username):
            problems.append("`username` may hold letters, digits, dots and _ only")
        if options.get("page_id") and options.get("token_file"):
            problems.append("`token_file` is for an account's own token: a page's is not renewed")
        return problems

    @override
    async def start(self, hook_url: str | None) -> None:
        """Open the session with the newest token, and keep that from ending."""
        await self.api.open()
        await self.renewal.start()
        await super().start(hook_url)

    @override
    async def close(self) -> None:
        """Release what is open."""
        await self.renewal.close()
        await super().close()

    @override
    async def examine(self, hook_url: str | None) -> list[Finding]:
        """Ask Meta what it asks of every account, and say when the token ends."""
        if self.account.options.get("page_id"):
            return await super().examine(hook_url)
        end = await self.renewal.examine()
        return [*await super().examine(hook_url), end]

    @override
    def parse_own(self, body: bytes) -> list[InboundEvent]:
        """Read a body."""
        return parse_body(body, self.us, username=self._username)

    def needs(self, event: InboundEvent) -> str | None:
        """Return the comment that one of the account's own answers."""
        return get_held_parent(event)

    def recall(self, event: InboundEvent, known: Earlier | None) -> InboundEvent:
        """Return a comment of the account's own as the brand's word, where it answers one that we have."""
        return release_own(event, known)

    async def complete(self, event: InboundEvent) -> InboundEvent:
        """Ask for the words of a mention, which is told by ids alone.

        One whose words we may not read stays unsupported, with the reason in its metadata.
        """
        ids = event.metadata.get("mention")
        if not isinstance(ids, Mapping):
            return event
        try:
            outcome = await read_mention(self.api, self.us.own_id, ids)
        except ValueError:
            return event
        if outcome.error is None:
            found = outcome.result if isinstance(outcome.result, Mapping) else {}
            return complete_mention(event, ids, found)
        if outcome.error.error_class.retriable:
            raise PlatformUnavailable(f"no words of a mention: {outcome.error.detail}")
        return replace(event, metadata={**event.metadata, "refused": outcome.error.detail})

    @override
    def render(self, reply: OutboundReply, now: datetime) -> tuple[Call, ...]:
        """Return the calls that say a reply."""
        return render_reply(reply, Sender(own_id=self.us.own_id, node_id=self.node.id), now=now)

    @override
    def find_problem(self, reply: OutboundReply) -> SendError | None:
        """Say why Meta would refuse a reply: comments of a live video are answered in private alone."""
        if reply.reply_context.get("live") and reply.mode is not ReplyMode.PRIVATE:
            detail = "a comment on a live video can only be answered in private, while it is on"
            return SendError(error_class=ErrorClass.POLICY, detail=detail)
        return super().find_problem(reply)

    def make_private_link(self, reply_context: JsonObject) -> str | None:
        """Return the address that opens a thread with the account; None where its name is not known.

        Its `ref` names the comment, and comes back with the first message.
        """
        about = reply_context.get("comment_id")
        ref = f"?ref={quote(about, safe='')}" if isinstance(about, str) and about else ""
        return f"https://ig.me/m/{self._username}{ref}" if self._username else None


CONNECTOR: type[Connector] = InstagramConnector
