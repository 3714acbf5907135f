"""Judges public posts in tests."""

from __future__ import annotations

from bot.desk.public_posts import Post, Verdict, judge_post
from bot.domain.understanding import IntentScore, Triage, Understanding

CALM = Triage(complaint=0.03, urgency=0.02, sentiment=0.5)
GLAD = Triage(complaint=0.02, urgency=0.01, sentiment=0.8)


def understand(triage: Triage = CALM, *, language: str | None = None, intent: str = "") -> Understanding:
    score = IntentScore(name=intent, confidence=0.95) if intent else None
    return Understanding(text="", intent=score, language=language, triage=triage)


def judge(
    text: str, addressed: str = "mention", triage: Triage = CALM, language: str | None = None
) -> Verdict:
    return judge_post(Post(text=text, addressed=addressed), understand(triage, language=language))
