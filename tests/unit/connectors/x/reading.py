"""What tests of reading X have in common: an account, and what comes out of a body."""

from __future__ import annotations

import json
from typing import Any

from bot.connector import AccountConfig, InboundEvent
from connectors.x.connector import XConnector
from tests.contracts.connectors.x import OPTIONS, sealed


def build(**options: str) -> XConnector:
    return XConnector(AccountConfig(channel="x", name="main", options={**OPTIONS, **options}))


def parse(body: dict[str, Any], **options: str) -> list[InboundEvent]:
    return build(**options).parse(sealed(json.dumps(body).encode()))


def parse_one(body: dict[str, Any], **options: str) -> InboundEvent:
    (event,) = parse(body, **options)
    return event
