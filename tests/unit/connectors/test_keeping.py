"""What connectors keep in mind is bounded, and how long they leave a platform alone that does not answer."""

from __future__ import annotations

from datetime import timedelta

from bot.connector.recent import Recent
from bot.connector.waits import Waits

SECOND = timedelta(seconds=1)


def test_only_the_latest_are_kept() -> None:
    recent: Recent[str, int] = Recent(3)
    for number in range(5):
        recent.keep(str(number), number)
    assert dict(recent) == {"2": 2, "3": 3, "4": 4}


def test_what_is_kept_again_is_the_latest() -> None:
    recent: Recent[str, int] = Recent(2)
    for key, value in (("a", 1), ("b", 2), ("a", 3), ("c", 4)):
        recent.keep(key, value)
    assert dict(recent) == {"a": 3, "c": 4}
    recent.forget("a")
    recent.forget("never there")
    assert list(recent) == ["c"]


def test_waits_double_up_to_the_longest_and_begin_anew() -> None:
    waits = Waits(SECOND, longest=timedelta(seconds=5))
    assert not Waits(SECOND, longest=SECOND).failing
    assert [waits.fail() / SECOND for _ in range(4)] == [1, 2, 4, 5]
    assert waits.failing
    waits.end()
    assert waits.fail() == SECOND


def test_platform_may_ask_for_more_than_the_longest() -> None:
    waits = Waits(SECOND, longest=timedelta(seconds=5))
    assert waits.fail(timedelta(minutes=1)) == timedelta(minutes=1)
    assert waits.fail(timedelta(seconds=1)) == timedelta(seconds=2)


def test_waiting_for_ever_does_not_break() -> None:
    waits = Waits(SECOND, longest=timedelta(hours=1))
    assert [waits.fail() for _ in range(2_000)][-1] == timedelta(seconds=1024)
