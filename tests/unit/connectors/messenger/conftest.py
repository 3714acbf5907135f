"""Messenger as tests meet it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from connectors.messenger.connector import MessengerConnector
from tests.contracts.connectors.messenger import PAGE_ID, PERSON, SECRET, TOKEN
from tests.fakes.graph import FakeGraph, run_fake_graph
from tests.unit.connectors.messenger.acts import (
    build,
)


@pytest.fixture
async def fake() -> AsyncIterator[FakeGraph]:
    async with run_fake_graph(own_id=PAGE_ID, token=TOKEN, app_secret=SECRET) as graph:
        graph.heard[PERSON] = datetime.now(UTC)
        graph.comments |= {"20_1": datetime.now(UTC), "10_20": datetime.now(UTC)}
        yield graph


@pytest.fixture
async def page(fake: FakeGraph) -> AsyncIterator[MessengerConnector]:
    connector = build(fake)
    await connector.start(None)
    yield connector
    await connector.close()
