"""An edit over the whole road: who names the brand only afterwards is answered, and once."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from bot.connector import AccountConfig
from connectors.telegram.connector import TelegramConnector
from tests.fakes.telegram import NAME, run_fake_telegram
from tests.integration.connectors.conftest import opened

if TYPE_CHECKING:
    from bot.service.road import Road


async def test_name_that_is_added_in_a_group_is_heard(road: Road) -> None:
    async with run_fake_telegram() as fake:
        options = {"token": fake.token, "api_url": fake.url}
        connector = TelegramConnector(AccountConfig(channel="telegram", name="main", options=options))
        async with opened(road, connector):
            told = fake.say(7, "where is my lamp", chat=-100)["message"]
            await fake.deliver()
            now = int(time.time())
            named = {"type": "mention", "offset": 0, "length": 1 + len(NAME)}
            changed = {**told, "date": now, "edit_date": now, "entities": [named]}
            fake.push({"edited_message": {**changed, "text": f"@{NAME} where is my lamp"}})
            await fake.deliver(copies=3)
            await fake.until(lambda: len(fake.sent) > 0)
            async with asyncio.timeout(20):
                while await still_busy(road):  # noqa: ASYNC110 - a test's patience
                    await asyncio.sleep(0.02)
            assert [sent["text"] for sent in fake.sent] == ["1: where is my lamp"]


async def still_busy(road: Road) -> bool:
    async with road.database.read() as connection:
        found = await connection.exec_driver_sql(
            "SELECT 1 FROM conversation WHERE answer_due_at IS NOT NULL "
            "UNION ALL SELECT 1 FROM outbox WHERE state IN ('pending', 'sending')"
        )
        return bool(found.all())
