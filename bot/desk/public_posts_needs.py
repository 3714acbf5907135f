"""What in a public post asks for an answer: alarm, questions, trouble, words to the brand. Pure."""

from __future__ import annotations

from bot.desk import public_posts_words as known
from bot.desk.public_posts_seen import Reason, Seen, Verdict, answer

STRONG = 0.8
"""From this probability of a complaint, or of urgency, on a post is answered unless nobody speaks in it."""
UNHAPPY_BELOW = 0.3
_GREETED = 20  # a greeting stands within so many characters


def hear_safety(seen: Seen) -> Verdict | None:
    """Hear who speaks with us already, and danger."""
    if seen.post.talks_with_us:
        return answer(Reason.TALKS_WITH_US)
    alarm = known.SAFETY.findall(seen.signs.said)
    return answer(Reason.SAFETY, alarm) if alarm else None


def hear_complaint(seen: Seen) -> Verdict | None:
    """Hear what triage takes for a complaint, or for urgent."""
    if seen.triage.complaint >= STRONG:
        return answer(Reason.COMPLAINT, seen.triage.because)
    return answer(Reason.URGENT, seen.triage.because) if seen.triage.urgency >= STRONG else None


def see_needs(seen: Seen) -> Verdict | None:
    """See questions, discontent, requests and trouble."""
    if seen.triage.sentiment < UNHAPPY_BELOW:
        return answer(Reason.UNHAPPY, seen.signs.unhappy or seen.triage.because)
    return see_words_of_need(seen)


def see_words_of_need(seen: Seen) -> Verdict | None:
    """See the same by words and marks alone."""
    signs = seen.signs
    if signs.questions:
        return answer(Reason.QUESTION, signs.questions)
    if signs.unhappy:
        return answer(Reason.UNHAPPY, signs.unhappy)
    for reason, pattern in _NEEDS:
        found = pattern.findall(signs.said)
        if found:
            return answer(reason, found)
    counted = (*signs.numbers, *signs.spans, *signs.quoted)
    return answer(Reason.TROUBLE, counted) if counted else None


_NEEDS = (
    (Reason.TROUBLE, known.HURTS),
    (Reason.TROUBLE, known.AFFAIRS),
    (Reason.QUESTION, known.ASKS),
    (Reason.REQUEST, known.REQUESTS),
    (Reason.TROUBLE, known.SOFT_TROUBLE),
)


def see_address(seen: Seen) -> Verdict | None:
    """See who speaks to the brand, or about what it is paid for."""
    found = known.SECOND_PERSON.findall(seen.signs.said) or known.GREETING.findall(seen.signs.said[:_GREETED])
    if found:
        return answer(Reason.SPEAKS_TO_US, found)
    matters = known.MATTERS.findall(seen.signs.said)
    return answer(Reason.TROUBLE, matters) if matters and not seen.signs.inside else None
