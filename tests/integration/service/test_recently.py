from __future__ import annotations

from bot.service.recently import Recently
from tests.integration.service.events import says


def test_recently_knows_the_last_events_and_forgets_the_oldest() -> None:
    recently = Recently(most=3)
    events = [says(f"m{number}") for number in range(4)]
    for number, event in enumerate(events):
        recently.note(1, event, (number, 7))
    assert [recently.find(1, event) for event in events] == [None, (1, 7), (2, 7), (3, 7)]
    assert recently.find(2, events[3]) is None  # of another account
