"""What tests of reading Slack have in common: an account, and what comes out of a body."""

from __future__ import annotations

from typing import Any

from bot.connector import AccountConfig, InboundEvent
from connectors.slack.connector import SlackConnector
from connectors.slack.payload import parse_event
from connectors.slack.place import Me
from tests.contracts.connectors.slack import dump, sealed
from tests.contracts.connectors.slack_frames import ROOM, envelope, make_ts
from tests.fakes.slack import SIGNING_SECRET, TOKEN

ACCOUNT = AccountConfig(channel="slack", name="main")
KEY = f"{ROOM}:{make_ts(1)}:U7"
ME = Me(workspace_url="https://us.slack.com/", names={"U9": "Mara"})


def parse(event: dict[str, Any], me: Me = ME, **more: Any) -> InboundEvent:
    return parse_event({**envelope(event), **more}, ACCOUNT, me)


def build(**options: str) -> SlackConnector:
    known = {"token": TOKEN, "signing_secret": SIGNING_SECRET}
    return SlackConnector(AccountConfig(channel="slack", name="main", options={**known, **options}))


def read(connector: SlackConnector, body: dict[str, Any]) -> list[InboundEvent]:
    return connector.parse(sealed(dump(body)))
