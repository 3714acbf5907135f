"""What tests of the WhatsApp connector do with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.connector import AccountConfig
from connectors.whatsapp.connector import WhatsappConnector
from tests.fakes.whatsapp import FakeWhatsapp

PHONE = "16505551234"


@asynccontextmanager
async def connected(fake: FakeWhatsapp, **options: str) -> AsyncIterator[WhatsappConnector]:
    """Run a connector in front of a fake."""
    config = AccountConfig(channel="whatsapp", name="main", options={**fake.options, **options})
    connector = WhatsappConnector(config)
    await connector.start(None)
    try:
        yield connector
    finally:
        await connector.close()
