from __future__ import annotations

from bot.web.refusals import AT_ONCE, EACH_SECOND, MOST, Refusals

FLOOD = 10 * AT_ONCE


def test_refusals_of_a_flood_are_told_now_and_then_with_how_many_were_not() -> None:
    refusals = Refusals()
    told = [refusals.count("POST /hook", "bad_signature", now=1.0) for _ in range(FLOOD)]
    assert told == [0] * AT_ONCE + [None] * (FLOOD - AT_ONCE)
    later = [refusals.count("POST /hook", "bad_signature", now=2.0) for _ in range(FLOOD)]
    assert later == [FLOOD - AT_ONCE] + [0] * (EACH_SECOND - 1) + [None] * (FLOOD - EACH_SECOND)


def test_refusals_are_all_told_again_after_a_while() -> None:
    refusals = Refusals()
    for _ in range(FLOOD):
        refusals.count("POST /hook", "bad_signature", now=1.0)
    told = [refusals.count("POST /hook", "bad_signature", now=100.0) for _ in range(AT_ONCE + 1)]
    assert told == [FLOOD - AT_ONCE] + [0] * (AT_ONCE - 1) + [None]


def test_refusals_of_other_kinds_are_not_hidden_by_a_flood() -> None:
    refusals = Refusals()
    for _ in range(FLOOD):
        refusals.count("POST /hook", "bad_signature", now=1.0)
    assert refusals.count("POST /hook", "bad_payload", now=1.0) == 0
    assert refusals.count("POST /login", "bad_signature", now=1.0) == 0


def test_refusals_count_a_bounded_number_of_kinds() -> None:
    refusals = Refusals()
    for number in range(10 * MOST):
        assert refusals.count(f"POST /{number}", "not_found", now=1.0) == 0
    assert refusals.count("POST /0", "not_found", now=1.0) == 0
