from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.desk.alarm import weigh_handoff
from bot.domain.handoff import HandoffRequest, Priority
from bot.domain.understanding import Triage, Understanding

if TYPE_CHECKING:
    from bot.domain.understanding import IntentScore

NOBODY: IntentScore | None = None
LATE = HandoffRequest(reason="complaint_late_delivery")


def understood(triage: Triage | None) -> Understanding:
    return Understanding(text="…", intent=NOBODY, triage=triage)


@pytest.mark.parametrize(
    ("triage", "priority", "summary"),
    [
        (
            Triage(complaint=0.9, urgency=0.9, sentiment=0.05, because=("stranded", "NOBODY")),
            Priority.URGENT,
            "Delivery is late. Sounds angry and urgent: “stranded”, “NOBODY”.",
        ),
        (
            Triage(complaint=0.9, urgency=0.1, sentiment=0.1, because=("worst",)),
            Priority.HIGH,
            "Delivery is late. Sounds angry: “worst”.",
        ),
        (
            Triage(complaint=0.9, urgency=0.1, sentiment=0.3),
            Priority.NORMAL,
            "Delivery is late. Sounds unhappy.",
        ),
        (Triage(complaint=0.9, urgency=0.1, sentiment=0.45), Priority.NORMAL, ""),
        (Triage(complaint=0.2, urgency=0.9, sentiment=0.1), Priority.NORMAL, ""),
        (None, Priority.NORMAL, ""),
    ],
)
def test_triage_raises_a_handoff_and_says_why(
    triage: Triage | None, priority: Priority, summary: str
) -> None:
    weighed = weigh_handoff(LATE, [None, understood(triage)])
    assert (weighed.priority, weighed.summary) == (priority, summary)
    assert weighed.reason == LATE.reason


def test_the_worst_of_several_messages_counts() -> None:
    calm, angry = Triage(complaint=0.6, sentiment=0.4), Triage(complaint=0.9, sentiment=0.0)
    assert weigh_handoff(LATE, [understood(angry), understood(calm)]).priority is Priority.HIGH


def test_a_priority_is_never_lowered_and_a_summary_is_kept() -> None:
    urgent = HandoffRequest(reason="safety", priority=Priority.URGENT, summary="Smoke from the case.")
    weighed = weigh_handoff(urgent, [understood(Triage(complaint=0.9, sentiment=0.0, because=("smoking",)))])
    assert weighed.priority is Priority.URGENT
    assert weighed.summary == "Smoke from the case. Sounds angry: “smoking”."
