"""The Facebook channel: one page, its Messenger and the comments on its posts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar
from urllib.parse import quote

from typing_extensions import override

from bot.connector import (
    HTTP_TIMEOUT,
    AccountConfig,
    Capabilities,
    Connector,
    Earlier,
    Guide,
    InboundEvent,
    OutboundReply,
    PrivateReply,
    Rate,
)
from bot.connector.meta.account import COMMON, MetaAccount, find_problems
from bot.connector.meta.comments import get_changed, get_held_parent, release_own, reveal_author
from bot.connector.meta.events import Us
from bot.connector.meta.messages import LABEL_MAX, PAYLOAD_MAX, QUICK_REPLIES_MAX
from bot.connector.meta.send import Call
from bot.domain.conversation import Surface
from bot.domain.json import JsonObject
from bot.domain.message import Kind
from connectors.messenger.api import make_api, make_node
from connectors.messenger.guide import GUIDE
from connectors.messenger.payload import CHANNEL, parse_body
from connectors.messenger.render import COMMENT_MAX, FILES, LIMITS, TEXT_MAX, TEXT_UNIT, WINDOW, render_reply

OPTIONS = COMMON | {"page_id"}
BRINGS = frozenset(
    {
        *(Kind.TEXT, Kind.POSTBACK, Kind.MEDIA, Kind.EDIT, Kind.DELETE),
        *(Kind.REACTION, Kind.RECEIPT, Kind.ECHO),
    }
)
# https://developers.facebook.com/docs/messenger-platform/overview/rate-limits
RATES = (Rate(scope="account", limit=300, period=timedelta(seconds=1)),)


class MessengerConnector(MetaAccount):
    """One page."""

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
                brings=frozenset({Kind.TEXT, Kind.MEDIA, Kind.EDIT, Kind.DELETE, Kind.ECHO}),
                private_reply=PrivateReply(each=1, within=timedelta(days=7)),
                shared_hook=True,
            )
        },
    )

    def __init__(self, account: AccountConfig, *, http_timeout: timedelta = HTTP_TIMEOUT) -> None:
        """Hold the account."""
        options = account.options
        super().__init__(
            account,
            us=Us(
                channel=CHANNEL,
                account=account.name,
                own_id=options.get("page_id", ""),
                app_id=options.get("app_id", ""),
            ),
            node=make_node(options),
            api=make_api(options, timeout=http_timeout),
        )

    @classmethod
    def check_options(cls, options: Mapping[str, str]) -> list[str]:
        """Say what is missing or wrong."""
        return find_problems(CHANNEL, options, numbers=("page_id",), own={"page_id"})

    @override
    def parse_own(self, body: bytes) -> list[InboundEvent]:
        """Read a body."""
        return parse_body(body, self.us)

    def needs(self, event: InboundEvent) -> str | None:
        """Return what the page's own comment stands under, or what somebody changed who is hidden."""
        return get_held_parent(event) or get_changed(event)

    def recall(self, event: InboundEvent, known: Earlier | None) -> InboundEvent:
        """Return the page's own comment as the brand's word, and a change as who wrote what was changed."""
        return release_own(event, known) if get_held_parent(event) else reveal_author(event, known)

    @override
    def render(self, reply: OutboundReply, now: datetime) -> tuple[Call, ...]:
        """Return the calls that say a reply."""
        return render_reply(reply, page_id=self.us.own_id, now=now)

    def make_private_link(self, reply_context: JsonObject) -> str | None:
        """Return the address that opens a thread with the page; its `ref` names what was written under."""
        about = reply_context.get("comment_id") or reply_context.get("post_id")
        ref = f"?ref={quote(about, safe='')}" if isinstance(about, str) and about else ""
        return f"https://m.me/{self.us.own_id}{ref}"


CONNECTOR: type[Connector] = MessengerConnector
