"""What goes on failing is told when it begins, now and then, and when it ends."""

from __future__ import annotations

from bot.service.outages import CALM, EVERY, MOST, MOST_REASONS, Ended, Outages

HOOK, FULL, AWAY = "POST /hook", "the disk is full", "PostgreSQL does not answer"
FLOOD = 1000


def fail(outages: Outages, *, now: float, times: int = FLOOD, reason: str = FULL) -> list[int]:
    """Return what was told: how many each line left out before it."""
    told = [outages.fail(HOOK, reason, now=now) for _ in range(times)]
    return [left_out for left_out in told if left_out is not None]


def test_an_outage_is_told_once_then_at_intervals_with_how_often() -> None:
    outages = Outages()
    assert fail(outages, now=1.0) == [0]
    assert fail(outages, now=1.0 + EVERY / 2) == []
    assert fail(outages, now=1.0 + EVERY) == [2 * FLOOD - 1]
    assert fail(outages, now=1.0 + 2 * EVERY) == [FLOOD - 1]


def test_its_end_is_told_with_how_long_it_was() -> None:
    outages = Outages()
    assert not outages
    fail(outages, now=1.0)
    fail(outages, now=11.0)
    assert outages
    end = outages.work(HOOK, now=11.0 + CALM)
    assert end == Ended(failed=2 * FLOOD, left_out=2 * FLOOD - 1, seconds=10.0)
    assert not outages
    assert outages.work(HOOK, now=12.0 + CALM) is None
    assert fail(outages, now=20.0, times=2) == [0]


def test_what_works_now_and_then_while_others_fail_is_no_end() -> None:
    outages = Outages()
    told = 0
    for step in range(FLOOD):
        told += len(fail(outages, now=step * 0.01, times=1))
        assert outages.work(HOOK, now=step * 0.01) is None
    assert told == 1


def test_another_reason_is_told_at_once() -> None:
    outages = Outages()
    fail(outages, now=1.0)
    assert fail(outages, now=1.0, reason=AWAY) == [FLOOD - 1]
    assert fail(outages, now=1.0) == []


def test_reasons_with_something_new_in_each_are_no_way_around() -> None:
    outages = Outages()
    told = [outages.fail(HOOK, f"row {number} is wrong", now=1.0) for number in range(FLOOD)]
    assert sum(left_out is not None for left_out in told) == MOST_REASONS


def test_places_fail_apart_and_are_bounded() -> None:
    outages = Outages()
    for number in range(10 * MOST):
        assert outages.fail(f"POST /{number}", FULL, now=1.0) == 0
    assert outages.work("POST /0", now=100.0) is None
    assert outages.work(f"POST /{10 * MOST - 1}", now=100.0) is not None
