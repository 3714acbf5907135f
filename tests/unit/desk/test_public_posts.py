"""Which public posts need an answer: what asks does, what is clearly something else does not."""

from __future__ import annotations

import pytest

from bot.desk.public_posts import STRONG, Post, Reason, Verdict, judge_post, judge_repeated
from bot.domain.understanding import Triage
from tests.unit.desk.judging import GLAD, judge, understand


@pytest.mark.parametrize(
    ("text", "addressed", "reason"),
    [
        ("does @lyra deliver to Leeds", "mention", Reason.QUESTION),
        ("price?", "comment", Reason.QUESTION),
        ("are these ok for dogs", "comment", Reason.QUESTION),
        ("combien ?", "comment", Reason.QUESTION),
        ("\u0645\u062a\u0649 \u064a\u0635\u0644\u061f", "comment", Reason.QUESTION),
        ("i need to change my address @lyra", "mention", Reason.REQUEST),
        ("check your dms", "comment", Reason.REQUEST),
        ("unsubscribe", "comment", Reason.REQUEST),
        ("I'm interested", "comment", Reason.REQUEST),
        ("I'd like to speak to a human", "mention", Reason.REQUEST),
        ("mine broke after two days", "comment", Reason.TROUBLE),
        ("it wont work", "comment", Reason.TROUBLE),
        ("day 6 with one bar of music @lyra", "mention", Reason.TROUBLE),
        ('your "next day" parcel', "mention", Reason.TROUBLE),
        ("the speaker is on fire", "comment", Reason.SAFETY),
        ("\U0001f621", "comment", Reason.UNHAPPY),
        ("hello there", "mention", Reason.SPEAKS_TO_US),
        ("you could sing it, too", "comment", Reason.SPEAKS_TO_US),
        ("me llego roto", "comment", Reason.DOUBT),
        ("quanto custa", "comment", Reason.DOUBT),
        ("", "mention", Reason.DOUBT),
    ],
)
def test_whoever_asks_complains_or_speaks_to_the_brand_is_answered(
    text: str, addressed: str, reason: Reason
) -> None:
    verdict = judge(text, addressed)
    assert (verdict.needs_answer, verdict.reason) == (True, reason)


@pytest.mark.parametrize(
    ("text", "addressed", "reason"),
    [
        ("Running my first half marathon in my @lyra headphones", "mention", Reason.IN_PASSING),
        ("@ann", "comment", Reason.TAGS_FRIENDS),
        ("@ann look at this", "comment", Reason.TAGS_FRIENDS),
        ("@ann that is exactly what I said to my cousin", "comment", Reason.TALKS_TO_ANOTHER),
        ("\U0001f602\U0001f602 @marie", "comment", Reason.TAGS_FRIENDS),
        ("Check out my page for daily forex signals https://fx.example/join", "comment", Reason.ADVERTISES),
        ("DM me to collab \U0001f495", "comment", Reason.ADVERTISES),
        ("\U0001f60d\U0001f60d", "comment", Reason.NO_WORDS),
        ("#sunset #sea", "comment", Reason.NO_WORDS),
        ("RT @lyra: Season three is here in May", "mention", Reason.REPOST),
        ("Ha, a whole tour RT @lyra: what comes in season three?", "mention", Reason.REPOST),
        ("Wow, @lyra sold a million speakers in May https://news.example/1", "mention", Reason.SHARES_LINK),
        (
            "The speakers of the year, side by side https://a.example via @soundweekly",
            "mention",
            Reason.SHARES_LINK,
        ),
        ("done, good luck everyone", "comment", Reason.GIVEAWAY),
        ("thanks a lot", "comment", Reason.THANKS),
        ("best sound in town", "comment", Reason.PRAISE),
        ("This one is on my shelf next to the window", "comment", Reason.REMARK),
        ("big mood", "comment", Reason.REMARK),
    ],
)
def test_what_is_clearly_something_else_is_left_alone_and_says_why(
    text: str, addressed: str, reason: Reason
) -> None:
    verdict = judge(text, addressed)
    assert (verdict.needs_answer, verdict.reason) == (False, reason)


@pytest.mark.parametrize(("addressed", "needed"), [("comment", False), ("mention", True), ("reply", True)])
def test_what_cannot_be_read_is_answered_where_it_is_said_to_the_brand(
    addressed: str, *, needed: bool
) -> None:
    verdict = judge_post(Post(text="", addressed=addressed, unsupported=True))
    assert verdict.needs_answer is needed
    assert verdict.reason is (Reason.DOUBT if needed else Reason.UNSUPPORTED)


@pytest.mark.parametrize(
    "text",
    [
        "YES @lyra mend it, mine is slow, too RT @ann: who else hears that hum?",
        "The strap fell off https://pic.example/1 @lyra",
        "day one and silent https://pic.example/2 @lyra",
        "my new one https://pic.example/3 @lyra",
    ],
)
def test_own_words_about_what_one_bought_are_heard_beside_a_link_or_a_repost(text: str) -> None:
    assert judge(text, triage=Triage(complaint=0.6, sentiment=0.4)).needs_answer


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("is the shop open today @lyra", True),
        ("@lyra is the shop open today", True),
        ("hey @lyra can i pair two of them", True),
        ("@lyra is the best thing since bread", False),
        ("somebody rang and was kind to me @lyra", False),
        ("can't wait for the evening @lyra", False),
        ("Packed. Will see @lyra on stage at nine", False),
        ("will the shop open again @lyra", True),
        ("#lyra is nice and warm", False),
    ],
)
def test_a_question_without_a_mark_has_its_verb_before_its_subject(
    text: str,
    question: bool,  # noqa: FBT001 - a parametrised expectation
) -> None:
    assert (judge(text).reason is Reason.QUESTION) is question


def test_thanks_may_be_long_and_name_what_went_well() -> None:
    text = "@lyra you have the kindest customer service there is, my order came early, thank you so very much"
    assert judge(text, triage=GLAD).reason is Reason.THANKS
    assert judge(f"{text}, but the box was empty", triage=GLAD).needs_answer
    assert judge(f"{text}. Please send another", triage=GLAD).needs_answer
    assert judge(text, triage=Triage(complaint=0.5, sentiment=0.7)).needs_answer


def test_who_names_another_first_speaks_to_them_unless_it_is_about_what_we_sold() -> None:
    def to(text: str) -> Verdict:
        return judge_post(Post(text=text, account="Lyra"), understand())

    assert to("@ann you once told me that @lyra was a dog").reason is Reason.TALKS_TO_ANOTHER
    assert to("@ann mine by @lyra broke, too").needs_answer
    assert to("@lyra you once told me that @ann was a dog").needs_answer
    assert judge("@ann you once told me that @lyra was a dog").needs_answer  # which of both are we?


@pytest.mark.parametrize(
    ("text", "asks", "left"),
    [
        ("A @lyra speaker, a hearse and me at the same lights", 0.25, True),
        ("A @lyra speaker, a hearse and me at the same lights", 0.4, False),
        ("A speaker, a hearse and me at the same lights @lyra", 0.25, False),  # who complains ends so
        ("A @lyra speaker, a hearse and me, please help", 0.01, False),
    ],
)
def test_what_was_learnt_of_asking_counts_less_the_more_it_looks_like_a_complaint(
    text: str,
    asks: float,
    left: bool,  # noqa: FBT001 - a parametrised expectation
) -> None:
    assert judge(text, triage=Triage(complaint=0.75, sentiment=0.4, asks=asks)).needs_answer is not left
    assert judge(text, triage=Triage(complaint=0.98, sentiment=0.4, asks=asks)).needs_answer


@pytest.mark.parametrize(("asks", "left"), [(0.49, True), (0.6, False), (1.0, True)])  # 1: nobody judged
@pytest.mark.parametrize(
    ("text", "addressed"),
    [
        ("Ask the people at the harbour about the whales", "comment"),
        ("Running my first half marathon in my @lyra headphones", "mention"),
    ],
)
def test_a_statement_that_asks_by_all_that_was_learnt_stays_in_doubt(
    text: str,
    addressed: str,
    asks: float,
    left: bool,  # noqa: FBT001 - a parametrised expectation
) -> None:
    verdict = judge(text, addressed, Triage(complaint=0.03, sentiment=0.5, asks=asks))
    assert verdict.needs_answer is not left
    assert left or verdict.reason is Reason.DOUBT


def test_words_that_show_it_are_of_our_lists_and_nobodys_names() -> None:
    assert judge("Thanks a lot, cheers to all the band @ann", "comment", GLAD).words == (
        "thanks",
        "cheers",
    )
    assert judge("@ann look", "comment").words == ()
    assert judge("check out my page, link in bio", "comment").words == ("check out my page", "link in bio")


@pytest.mark.parametrize("text", ["@ann they never refunded me", "@ann mine died after a month, did yours?"])
def test_trouble_told_to_a_friend_is_heard(text: str) -> None:
    assert judge(text, "comment").needs_answer


def test_same_words_are_another_matter_where_the_brand_is_named() -> None:
    """Under the brand's posts those named are others; elsewhere it may be the brand itself."""
    assert not judge("@ann any plans for tonight", "comment").needs_answer
    assert judge("@ann any plans for tonight", "mention").needs_answer


@pytest.mark.parametrize(
    "triage",
    [Triage(complaint=STRONG), Triage(complaint=0.1, urgency=STRONG), Triage(complaint=0.1, sentiment=0.1)],
)
def test_what_understanding_hears_outweighs_words_without_harm(triage: Triage) -> None:
    assert judge("what a lovely puddle", "comment", triage).needs_answer
    assert judge("well well well", "comment", triage).needs_answer


def test_words_in_another_language_carry_no_right() -> None:
    text = "mine is on the shelf next to the window"
    assert not judge(text, "comment").needs_answer
    assert judge(text, "comment", language="nl").reason is Reason.DOUBT


@pytest.mark.parametrize(
    "post",
    [
        Post(text="thanks", talks_with_us=True),
        Post(text="\U0001f60d", talks_with_us=True),
        Post(text="lovely", files=True, addressed="comment"),
        Post(text="well, here we are in a row of trees", addressed="reply"),
    ],
)
def test_who_talks_with_us_or_shows_something_is_answered(post: Post) -> None:
    assert judge_post(post, understand()).needs_answer


def test_without_triage_a_statement_is_answered() -> None:
    assert judge_post(Post(text="This is on my shelf", addressed="comment"), None).reason is Reason.DOUBT


def test_praise_to_the_brand_is_answered_where_the_bot_was_taught_to() -> None:
    post = Post(text="best sound in town @lyra")
    assert judge_post(post, understand(GLAD, intent="praise")).reason is Reason.PRAISE_KNOWN
    assert judge_post(post, understand(GLAD, intent="opening_hours")).reason is Reason.PRAISE
    below = Post(text="best sound in town", addressed="comment")
    assert judge_post(below, understand(GLAD, intent="praise")).reason is Reason.PRAISE


def test_what_many_write_word_by_word_is_left_alone_unless_it_may_be_a_complaint() -> None:
    post = Post(text="saluti a tutti dal mare di oggi", addressed="comment")
    assert judge_repeated(post, understand(), 5).reason is Reason.REPEATED
    assert judge_repeated(post, understand(), 2).needs_answer
    assert judge_repeated(post, understand(Triage(complaint=0.6)), 5).needs_answer
    assert judge_repeated(post, None, 5).needs_answer
