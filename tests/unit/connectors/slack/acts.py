"""What tests of Slack have in common."""

from __future__ import annotations

from dataclasses import replace

from bot.connector import AccountConfig, OutboundFile, OutboundReply
from bot.domain.message import Content
from connectors.slack.connector import SlackConnector
from tests.contracts.connectors.channel import make_reply
from tests.contracts.connectors.slack_frames import ROOM, make_ts
from tests.fakes.slack import SIGNING_SECRET, TOKEN, FakeSlack

HOOK = "https://chat.example/webhooks/slack/main"
THREAD = f"{ROOM}:{make_ts(1)}:U7"
LONG = "word & " * 900  # three messages, once escaped


async def read_bytes() -> bytes:
    return b"a picture"


PHOTO = OutboundFile(kind="image", mime="image/png", name="a.png", size=9, url=None, read=read_bytes)


def build(fake: FakeSlack, **options: str) -> SlackConnector:
    known = {"token": TOKEN, "signing_secret": SIGNING_SECRET, "api_url": fake.url}
    config = AccountConfig(channel="slack", name="main", options={**known, **options})
    return SlackConnector(config)


def reply(text: str = "hello", *, key: str = "DU7", **more: object) -> OutboundReply:
    return replace(make_reply(key, Content(text=text)), **more)  # type: ignore[arg-type]
