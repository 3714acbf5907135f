"""The ledger as `/metrics` tells it: every message is accounted for, whatever became of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp

from bot.service.give_back import give_back
from bot.service.staff_reply import staff_reply
from tests.fakes.whole_app import whole_service
from tests.integration.service.people import add_agent

if TYPE_CHECKING:
    from bot.service.road import Road

PROJECT = Path(__file__).resolve().parents[3]
_SAMPLE = re.compile(r'visavis_ledger_\w+\{account="open",channel="rest"(?:,settled="(\w+)")?\} (\S+)')


async def test_ledger_accounts_for_every_message_of_mixed_traffic(road: Road) -> None:
    mara = await add_agent(road, "Mara")
    async with whole_service(road, PROJECT) as (url, _), aiohttp.ClientSession() as http:

        async def say(sender: str, *texts: str) -> None:
            for text in texts:
                body = {"sender": sender, "message": text}
                async with http.post(f"{url}/webhooks/rest/webhook", json=body) as response:
                    assert response.status == 200

        async def read_ledger() -> dict[str, float]:
            async with http.get(f"{url}/metrics") as response:
                text = await response.text()
            return {match[1] or match[0].split("{")[0]: float(match[2]) for match in _SAMPLE.finditer(text)}

        await say("ann", "hello", "quiet please", "huh")
        await say("ben", "a person please", "are you there?")
        await say("cleo", "a person please", "hello?")
        await say("dan", "fail")
        async with road.database.read() as connection:
            cleo = (
                await connection.exec_driver_sql("SELECT id FROM conversation WHERE key = 'cleo'")
            ).scalar_one()
        await staff_reply(road, cleo, mara, "I am here.", key="1")
        await give_back(road, cleo, mara)
        await say("cleo", "thanks")
        assert await read_ledger() == {
            "visavis_ledger_received": 9,
            "visavis_ledger_adds_up": 1,
            "bot": 3,  # hello, huh, thanks
            "not_needed": 1,
            "staff": 2,
            "waiting": 3,  # Ben's two, and the one the bot failed at
        }
