"""Slack as tests meet it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from connectors.slack.connector import SlackConnector
from tests.contracts.connectors.slack_frames import ROOM
from tests.fakes.slack import FakeSlack, run_fake_slack
from tests.unit.connectors.slack.acts import HOOK, build


@pytest.fixture
async def fake() -> AsyncIterator[FakeSlack]:
    async with run_fake_slack() as opened:
        opened.channels |= {"DU7", ROOM}
        opened.names = {"U7": "Ann"}
        yield opened


@pytest.fixture
async def connector(fake: FakeSlack) -> AsyncIterator[SlackConnector]:
    opened = build(fake)
    await opened.start(HOOK)
    yield opened
    await opened.close()
