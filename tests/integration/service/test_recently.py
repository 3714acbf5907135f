from __future__ import annotations

from datetime import UTC, datetime

from bot.connector import InboundRequest
from bot.service.recently import Recently, Repeats
from tests.integration.service.events import says


def test_recently_knows_the_last_events_and_forgets_the_oldest() -> None:
    recently = Recently(most=3)
    events = [says(f"m{number}") for number in range(4)]
    for number, event in enumerate(events):
        recently.note(1, event, (number, 7))
    assert [recently.find(1, event) for event in events] == [None, (1, 7), (2, 7), (3, 7)]
    assert recently.find(2, events[3]) is None  # of another account


def _request(number: int, *, account: str = "main") -> InboundRequest:
    return InboundRequest(
        body=b"%d" % number,
        headers={},
        query={},
        received_at=datetime.now(UTC),
        url=f"https://shop.example/webhooks/whatsapp/{account}",
    )


def test_repeats_are_known_by_their_bytes_and_address_and_forgotten_oldest_first() -> None:
    repeats = Repeats(most=3)
    for number in range(4):
        repeats.note(_request(number))
        repeats.note(_request(number))
    assert [repeats.holds(_request(number)) for number in range(5)] == [False, True, True, True, False]
    assert not repeats.holds(_request(3, account="other"))
