"""What tests of Messenger have in common."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.connector import (
    AccountConfig,
    InboundEvent,
    OutboundReply,
)
from bot.domain.conversation import Surface
from bot.domain.message import Content
from connectors.messenger.connector import MessengerConnector
from tests.contracts.connectors.channel import make_reply
from tests.contracts.connectors.messenger import OPTIONS, PAGE_ID, sealed
from tests.fakes.graph import FakeGraph
from tests.fakes.graph_events import PAGE, body

TIMEOUT = timedelta(seconds=10)
NOW = datetime.now(UTC)
PUBLIC_KEY = "post:10_20:7"
CONTEXT = {"comment_id": "20_1", "post_id": "10_20"}


def build(fake: FakeGraph, **options: str) -> MessengerConnector:
    config = AccountConfig(
        channel="messenger", name="main", options={**OPTIONS, "api_url": fake.url, **options}
    )
    return MessengerConnector(config, http_timeout=TIMEOUT)


def parse(*changes: Any) -> list[InboundEvent]:
    told = body(PAGE, PAGE_ID, changes=list(changes))
    connector = MessengerConnector(AccountConfig(channel="messenger", name="main", options=OPTIONS))
    return connector.parse(sealed(json.dumps(told).encode()))


def parse_one(change: Any) -> InboundEvent:
    (event,) = parse(change)
    return event


def public(content: Content, **more: Any) -> OutboundReply:
    reply = make_reply(PUBLIC_KEY, content)
    return replace(reply, surface=Surface.PUBLIC, reply_context=CONTEXT, **more)
