"""Which processes tell platforms where to call."""

from __future__ import annotations

import pytest

from bot.bootstrap.connectors import started_connectors
from bot.connector import AccountConfig
from bot.settings import ServiceRole, Settings, load_settings
from connectors.telegram.connector import TelegramConnector
from tests.fakes.telegram import run_fake_telegram


@pytest.fixture
def settings() -> Settings:
    """Settings are read from files, before any loop runs."""
    return load_settings(public_url="https://chat.example")


@pytest.mark.parametrize("role", ServiceRole)
async def test_only_who_takes_hooks_registers_them(role: ServiceRole, settings: Settings) -> None:
    """A courier that did would look after an address at which it does not listen."""
    async with run_fake_telegram() as fake:
        options = {"token": fake.token, "api_url": fake.url}
        connector = TelegramConnector(AccountConfig(channel="telegram", name="lyra", options=options))
        async with started_connectors({("telegram", "lyra"): connector}, settings, role) as accepted:
            assert accepted == {("telegram", "lyra"): connector}
            found = fake.hook.url if fake.hook else None
    takes_hooks = role in (ServiceRole.ALL, ServiceRole.WEB)
    assert found == ("https://chat.example/webhooks/telegram/lyra" if takes_hooks else None)
