"""WhatsApp as tests meet it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from connectors.whatsapp.connector import WhatsappConnector
from tests.fakes.whatsapp import FakeWhatsapp, run_fake_whatsapp
from tests.unit.connectors.whatsapp.acts import build


@pytest.fixture
async def fake() -> AsyncIterator[FakeWhatsapp]:
    async with run_fake_whatsapp() as running:
        yield running


@pytest.fixture
async def connector(fake: FakeWhatsapp) -> AsyncIterator[WhatsappConnector]:
    made = build(fake)
    await made.start(None)
    yield made
    await made.close()
