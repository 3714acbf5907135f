"""Deadlines, set and said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.deadlines import Urgency, deadline_of, describe_deadline
from bot.domain.handoff import HandoffRequest, Priority
from bot.domain.pipeline import DeskSpec, QueueSpec

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
DESK = DeskSpec(
    queues={
        "support": QueueSpec(name="support", first_answer=timedelta(minutes=40)),
        "billing": QueueSpec(name="billing", first_answer=timedelta(hours=4)),
    },
)


@pytest.mark.parametrize(
    ("queue", "priority", "minutes"),
    [
        ("support", Priority.NORMAL, 40),
        ("support", Priority.HIGH, 20),
        ("support", Priority.URGENT, 10),
        ("billing", Priority.URGENT, 60),
        ("unheard of", Priority.NORMAL, 40),
    ],
)
def test_deadline_is_the_queues_share_of_its_priority(queue: str, priority: Priority, minutes: int) -> None:
    request = HandoffRequest(reason="asked_for_person", priority=priority, queue=queue)
    assert deadline_of(request, DESK, NOW) == NOW + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("left", "text", "urgency"),
    [
        (timedelta(days=3), "due in 3 days", Urgency.CALM),
        (timedelta(hours=3, minutes=59), "due in 3 h", Urgency.CALM),
        (timedelta(minutes=95), "due in 95 min", Urgency.CALM),
        (timedelta(minutes=15), "answer within 15 min", Urgency.SOON),
        (timedelta(seconds=59), "answer now", Urgency.LATE),
        (timedelta(seconds=-30), "answer now", Urgency.LATE),
        (timedelta(minutes=-5, seconds=-10), "late by 5 min", Urgency.LATE),
        (timedelta(days=-2), "late by 2 days", Urgency.LATE),
    ],
)
def test_deadline_words(left: timedelta, text: str, urgency: Urgency) -> None:
    words = describe_deadline(NOW + left, NOW)
    assert (words.text, words.urgency) == (text, urgency)


@given(st.timedeltas(timedelta(days=-9), timedelta(days=9)), st.timedeltas(timedelta(), timedelta(days=9)))
def test_words_never_grow_calmer_with_time(left: timedelta, passed: timedelta) -> None:
    loudness = list(Urgency)
    before = describe_deadline(NOW + left, NOW).urgency
    after = describe_deadline(NOW + left, NOW + passed).urgency
    assert loudness.index(after) >= loudness.index(before)
