"""One contract, every channel. A channel says in data why a point is none for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from blockbuster import blockbuster_ctx

from tests.contracts.connectors.bluesky import BLUESKY
from tests.contracts.connectors.callback import CALLBACK
from tests.contracts.connectors.channel import PATIENCE, SHORT, Channel, Stage, Trouble
from tests.contracts.connectors.email import EMAIL
from tests.contracts.connectors.instagram import INSTAGRAM_CHANNEL
from tests.contracts.connectors.mastodon import MASTODON
from tests.contracts.connectors.messenger import MESSENGER
from tests.contracts.connectors.rest import REST
from tests.contracts.connectors.slack import SLACK
from tests.contracts.connectors.sms import SMS
from tests.contracts.connectors.socketio import SOCKETIO
from tests.contracts.connectors.telegram import TELEGRAM
from tests.contracts.connectors.webchat import WEBCHAT
from tests.contracts.connectors.whatsapp import WHATSAPP
from tests.contracts.connectors.x import X

CHANNELS = (
    BLUESKY,
    CALLBACK,
    EMAIL,
    INSTAGRAM_CHANNEL,
    MASTODON,
    MESSENGER,
    REST,
    SLACK,
    SMS,
    SOCKETIO,
    TELEGRAM,
    WEBCHAT,
    WHATSAPP,
    X,
)


@pytest.fixture(params=CHANNELS, ids=[channel.connector.channel for channel in CHANNELS])
def channel(request: pytest.FixtureRequest) -> Channel:
    chosen: Channel = request.param
    reason = chosen.does_not_apply.get(request.node.originalname)
    if reason is not None:
        pytest.skip(f"{chosen.connector.channel}: {reason}")
    return chosen


@pytest.fixture
async def stage(request: pytest.FixtureRequest, channel: Channel) -> AsyncIterator[Stage]:
    hangs = request.node.callspec.params.get("trouble") is Trouble.HANG
    async with channel.stage(SHORT if hangs else PATIENCE) as opened:
        yield opened


@pytest.fixture(autouse=True)
def no_blocking_calls() -> Iterator[None]:
    with blockbuster_ctx():
        yield
