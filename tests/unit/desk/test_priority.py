"""The order of the human queue."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.desk.priority import Waiting, score_waiting
from bot.domain.conversation import Surface
from bot.domain.handoff import Priority

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
moments = st.datetimes(
    min_value=datetime(2026, 5, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2026, 5, 8),  # noqa: DTZ001
    timezones=st.just(UTC),
)
waitings = st.builds(
    Waiting,
    reason=st.sampled_from(["asked_for_person", "complaint_double_charge", "bot_failed", None]),
    priority=st.sampled_from(Priority),
    surface=st.sampled_from(Surface),
    deadline_at=st.none() | moments,
    waiting_since=st.none() | moments,
    earlier=st.integers(0, 50),
    undelivered=st.booleans(),
    left=st.booleans(),
)


def value(waiting: Waiting) -> float:
    return score_waiting(waiting, NOW).value


@given(waitings, moments, st.timedeltas(timedelta(), timedelta(days=2)))
def test_a_closer_deadline_never_lowers_the_score(
    waiting: Waiting, deadline: datetime, earlier: timedelta
) -> None:
    far, near = replace(waiting, deadline_at=deadline), replace(waiting, deadline_at=deadline - earlier)
    assert value(near) >= value(far)


@given(waitings, moments, st.timedeltas(timedelta(), timedelta(days=2)))
def test_waiting_longer_never_lowers_the_score(waiting: Waiting, since: datetime, earlier: timedelta) -> None:
    short, long = replace(waiting, waiting_since=since), replace(waiting, waiting_since=since - earlier)
    assert value(long) >= value(short)


@given(waitings, st.timedeltas(timedelta(), timedelta(days=2)))
def test_the_score_never_falls_while_nobody_answers(waiting: Waiting, later: timedelta) -> None:
    assert score_waiting(waiting, NOW + later).value >= value(waiting)


@given(waitings)
def test_every_grade_of_harm_counts(waiting: Waiting) -> None:
    by_priority = [value(replace(waiting, priority=priority)) for priority in Priority]
    by_surface = [value(replace(waiting, surface=surface)) for surface in Surface]
    assert by_priority == sorted(set(by_priority))
    assert by_surface == sorted(set(by_surface))
    assert value(replace(waiting, earlier=waiting.earlier + 1)) >= value(waiting)
    assert value(replace(waiting, undelivered=True)) > value(replace(waiting, undelivered=False))


@given(waitings)
def test_reasons_are_words_without_gaps_or_repeats(waiting: Waiting) -> None:
    reasons = score_waiting(waiting, NOW).reasons
    assert all(reason and "_" not in reason for reason in reasons)
    assert len(set(reasons)) == len(reasons)


def test_reasons_name_the_code_first_and_then_what_weighs_most() -> None:
    score = score_waiting(
        Waiting(
            reason="complaint_double_charge",
            priority=Priority.URGENT,
            surface=Surface.PUBLIC,
            deadline_at=NOW - timedelta(hours=2),
            waiting_since=NOW - timedelta(minutes=45),
            earlier=2,
        ),
        NOW,
    )
    assert score.reasons == (
        "charged twice",
        "deadline missed",
        "urgent",
        "public",
        "came back 2 times",
        "waiting 45 min",
    )
    assert score.grounds == ("charged twice", "urgent", "public", "came back 2 times")
    assert score.value == 60 + 20 + 80 + 9 + 16


def test_a_missed_deadline_overtakes_a_high_priority_in_time() -> None:
    patient = Waiting(reason="asked_for_person", deadline_at=NOW - timedelta(hours=2))
    loud = Waiting(reason="complaint_other", priority=Priority.HIGH, deadline_at=NOW + timedelta(hours=1))
    assert value(patient) > value(loud)
