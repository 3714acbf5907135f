"""Requests that are told again and again: what is new in none of them is not even read."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import aiohttp
from sqlalchemy import text
from typing_extensions import override

from bot.connector import AccountConfig, InboundEvent, InboundRequest
from connectors.callback.connector import CallbackConnector
from connectors.whatsapp.connector import WhatsappConnector
from tests.fakes.whatsapp import run_fake_whatsapp

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.service.road import Road
    from tests.integration.connectors.conftest import Open

ANN, BOB = "16505551234", "16505554321"
NOBODY = "https://shop.example/bot-replies"  # an example's address: nobody is there, nothing arrives
TIMES = 5


class CountingWhatsapp(WhatsappConnector):
    """Counts how often it was given each body to read."""

    def __init__(self, account: AccountConfig) -> None:
        super().__init__(account)
        self.read: Counter[bytes] = Counter()

    @override
    def parse(self, request: InboundRequest) -> list[InboundEvent]:
        self.read[request.body] += 1
        return super().parse(request)


async def test_the_same_bytes_are_read_no_more_once_they_told_nothing_new(
    road: Road, open_account: Open
) -> None:
    async with run_fake_whatsapp() as fake:
        connector = CountingWhatsapp(AccountConfig(channel="whatsapp", name="main", options=fake.options))
        async with open_account(connector) as hook:
            bodies = [fake.make_body([fake.say(ANN, "one")]), fake.make_body([fake.say(BOB, "two")])]
            together = fake.make_body([fake.say(ANN, "three"), fake.say(BOB, "four")])
            empty = b'{"object": "whatsapp_business_account", "entry": []}'
            for body in (*bodies, together, empty):
                statuses = await _post(hook, [(body, fake.sign(body))] * TIMES)
                assert statuses == [200] * TIMES
            assert connector.read == {bodies[0]: 2, bodies[1]: 2, together: 2, empty: 1}
            assert await _count_written(road) == 4
            wrong = {**fake.sign(bodies[0]), "X-Hub-Signature-256": f"sha256={'0' * 64}"}
            assert await _post(hook, [(bodies[0], wrong)]) == [401]


async def test_the_same_words_without_an_id_are_another_message_each_time(
    road: Road, open_account: Open
) -> None:
    options = {"url": NOBODY, "open": "true"}
    connector = CallbackConnector(AccountConfig(channel="callback", name="main", options=options))
    async with open_account(connector) as hook:
        body = b'{"sender": "ann", "message": "hello?"}'
        assert await _post(hook, [(body, {"Content-Type": "application/json"})] * TIMES) == [200] * TIMES
        assert await _count_written(road) == TIMES


async def _post(hook: str, requests: Iterable[tuple[bytes, dict[str, str]]]) -> Sequence[int]:
    statuses = []
    async with aiohttp.ClientSession() as http:
        for body, headers in requests:
            async with http.post(hook, data=body, headers=headers) as answer:
                statuses.append(answer.status)
    return statuses


async def _count_written(road: Road) -> int:
    statement = text("SELECT count(*) FROM message WHERE author = 'contact'")
    async with road.database.read() as connection:
        counted: int = (await connection.execute(statement)).scalar_one()
    return counted
