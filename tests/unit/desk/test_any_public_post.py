"""Whatever the words of a public post are, it is judged, and no plea to the brand is hidden."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.desk.public_posts import STRONG, Post, Reason, Verdict, judge_post
from bot.domain.understanding import Triage
from tests.unit.desk.judging import judge, understand

PARTS = (
    "@ann",
    "#",
    "RT",
    "love",
    "thanks",
    "\U0001f60d",
    "done",
    "https://a.example",
    "lol",
    "the",
    "my",
    "DM",
    "me",
    "?",
)
TEXTS = st.text(max_size=300) | st.lists(st.sampled_from(PARTS), max_size=12).map(" ".join)
POSTS = st.builds(
    Post,
    text=TEXTS,
    addressed=st.sampled_from(["mention", "reply", "comment", ""]),
    under_another=st.booleans(),
    files=st.booleans(),
)
CHANCES = st.floats(0, 1)


@given(POSTS, st.none() | st.builds(Triage, complaint=CHANCES, urgency=CHANCES, sentiment=CHANCES))
def test_any_text_is_judged_and_no_likely_complaint_is_left_alone(post: Post, triage: Triage | None) -> None:
    verdict = judge_post(post, understand(triage) if triage else None)
    alarming = triage is not None and max(triage.complaint, triage.urgency) >= STRONG
    assert verdict.needs_answer or not alarming or verdict.reason in (Reason.REPOST, Reason.SHARES_LINK)
    assert len(verdict.words) <= 3


@given(POSTS, st.sampled_from(["?", " please help", " my order never arrived", " \U0001f621"]))
def test_nothing_that_stands_before_a_plea_to_the_brand_hides_it(post: Post, plea: str) -> None:
    ours = Post(text=f"{post.text[:200]} and now {plea}", addressed="mention")
    verdict = judge_post(ours, understand())
    assert verdict.needs_answer or verdict.reason in (Reason.ADVERTISES, Reason.REPOST)


@given(st.sampled_from(["a.", "@a.", "#", "1 ", '"a', "-a", "@a@", "http://", " and"]), st.integers(1, 3000))
def test_long_rubbish_costs_little(part: str, times: int) -> None:
    assert isinstance(judge(part * times), Verdict)
