from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.labels import CHOICES, correct_labels, holds, read_labels
from bot.domain.triage_example import Mood, TriageLabels
from bot.domain.understanding import Triage

_SHARES = st.floats(min_value=0, max_value=1)
_LABELS = st.builds(
    TriageLabels,
    complaint=st.none() | st.booleans(),
    urgent=st.none() | st.booleans(),
    mood=st.none() | st.sampled_from(Mood),
)


@pytest.mark.parametrize(
    ("triage", "labels"),
    [
        (Triage(complaint=0.5, urgency=0.7, sentiment=0.1), (True, True, Mood.ANGRY)),
        (Triage(complaint=0.49, urgency=0.69, sentiment=0.2), (False, False, Mood.UNHAPPY)),
        (Triage(complaint=0.0, urgency=0.0, sentiment=0.5), (False, False, Mood.NEUTRAL)),
        (Triage(complaint=0.0, urgency=0.0, sentiment=0.9), (False, False, Mood.HAPPY)),
    ],
)
def test_a_judgement_reads_as_labels(triage: Triage, labels: tuple[bool, bool, Mood]) -> None:
    complaint, urgent, mood = labels
    assert read_labels(triage) == TriageLabels(complaint=complaint, urgent=urgent, mood=mood)


def test_what_nobody_judged_has_no_labels() -> None:
    assert read_labels(None) == TriageLabels()


@given(st.builds(Triage, complaint=_SHARES, urgency=_SHARES, sentiment=_SHARES), _LABELS)
def test_what_staff_said_holds_and_the_rest_stays_as_judged(triage: Triage, said: TriageLabels) -> None:
    judged = read_labels(triage)
    corrected = correct_labels(judged, said)
    assert holds(said, corrected)
    assert None not in (corrected.complaint, corrected.urgent, corrected.mood)
    assert correct_labels(judged, None) == judged


@given(st.sampled_from(sorted(CHOICES)), _LABELS)
def test_a_choice_settles_one_question(name: str, labels: TriageLabels) -> None:
    chosen = correct_labels(labels, CHOICES[name])
    assert holds(CHOICES[name], chosen)
    given, then = ((each.complaint, each.urgent, each.mood) for each in (labels, chosen))
    assert sum(before != after for before, after in zip(given, then, strict=True)) <= 1
