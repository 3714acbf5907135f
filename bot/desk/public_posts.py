"""Which public posts need an answer at all, and what shows it. Pure.

Whoever asks, complains or speaks to the brand is answered; so is whatever is not clearly something else: to
leave a complaint alone is far worse than to answer in vain. A post is left alone only if nothing in it asks
for an answer **and** something in it says what else it is. Words are read in English alone; of other
languages only what can be seen in any is read: names, emoji, links.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.desk import public_posts_words as known
from bot.desk.public_posts_signs import Signs, read_signs
from bot.domain.understanding import Triage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.domain.understanding import Understanding

STRONG = 0.8
"""From this probability of a complaint, or of urgency, on a post is answered, whatever else it looks like."""
LIKELY = 0.5
UNHAPPY_BELOW = 0.3
_CALM_FRIENDS, _CALM_REMARK, _CALM_KIND, _CALM_PASSING, _CALM_TAGGED = 0.35, 0.2, 0.25, 0.7, 0.2
_CALM_GLAD = 0.35
_WORDS_OF_CAMPAIGN, _REPEATED_BY = 5, 3
_SURE = 0.8
_SHORT, _GLAD_FROM = 8, 0.6
_MOST_WORDS = 3  # shown of what a verdict was made of
_FEW = 4
_GREETED = 20  # a greeting stands within so many characters
_SPAM = 3.0
_SHARE_OF_ENGLISH = 0.34


class Reason(StrEnum):
    """Why a post is answered, or left alone."""

    TALKS_WITH_US = "talks_with_us"
    COMPLAINT = "complaint"
    URGENT = "urgent"
    SAFETY = "safety"
    UNHAPPY = "unhappy"
    QUESTION = "question"
    REQUEST = "request"
    TROUBLE = "trouble"
    SPEAKS_TO_US = "speaks_to_us"
    PRAISE_KNOWN = "praise_known"
    DOUBT = "doubt"

    TAGS_FRIENDS = "tags_friends"
    TALKS_TO_ANOTHER = "talks_to_another"
    ADVERTISES = "advertises"
    GIVEAWAY = "giveaway"
    NO_WORDS = "no_words"
    REPOST = "repost"
    THANKS = "thanks"
    PRAISE = "praise"
    REMARK = "remark"
    IN_PASSING = "in_passing"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What is known of a public post.

    `addressed` as in an event's metadata: `mention`, `reply` or `comment`. `under_another`: it answers what
    somebody wrote there, not the brand. `files`: it has pictures. `talks_with_us`: we spoke with its author
    in this thread before, or a person did.
    """

    text: str
    addressed: str = "mention"
    under_another: bool = False
    files: bool = False
    talks_with_us: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The decision; `words` are those of the post that show it, at most three."""

    needs_answer: bool
    reason: Reason
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    post: Post
    signs: Signs
    triage: Triage
    understanding: Understanding | None

    @property
    def is_english(self) -> bool:
        """Tell whether lists of English words have a right here."""
        if self.understanding and self.understanding.language not in (None, "en"):
            return False
        words = self.signs.words
        common = sum(known.is_common(word) for word in words)
        return bool(words) and common >= len(words) * _SHARE_OF_ENGLISH

    @property
    def is_judged(self) -> bool:
        return self.understanding is not None and self.understanding.triage is not None


def judge_post(post: Post, understanding: Understanding | None = None) -> Verdict:
    """Decide about one post. `understanding` is that of its words; None: nobody read them."""
    triage = (understanding.triage if understanding else None) or Triage()
    seen = _Seen(post=post, signs=read_signs(post.text), triage=triage, understanding=understanding)
    for judge in _JUDGES:
        verdict = judge(seen)
        if verdict is not None:
            return verdict
    return _answer(Reason.DOUBT)


def judge_repeated(post: Post, understanding: Understanding | None, times: int) -> Verdict:
    """Judge a post in doubt once more: `times` other people wrote the same, as campaigns and bots do."""
    triage = understanding.triage if understanding else None
    long = len(read_signs(post.text).words) >= _WORDS_OF_CAMPAIGN
    if triage and triage.complaint < LIKELY and long and times >= _REPEATED_BY:
        return _leave(Reason.REPEATED)
    return _answer(Reason.DOUBT)


def _answer(reason: Reason, words: Iterable[str] = ()) -> Verdict:
    return Verdict(needs_answer=True, reason=reason, words=_first(words))


def _leave(reason: Reason, words: Iterable[str] = ()) -> Verdict:
    return Verdict(needs_answer=False, reason=reason, words=_first(words))


def _first(words: Iterable[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(word.strip().lower() for word in words))
    whole = (word for word in found if not any(word != other and word in other for other in found))
    return tuple(whole)[:_MOST_WORDS]


def _hear_alarm(seen: _Seen) -> Verdict | None:
    if seen.post.talks_with_us:
        return _answer(Reason.TALKS_WITH_US)
    if seen.triage.complaint >= STRONG:
        return _answer(Reason.COMPLAINT, seen.triage.because)
    if seen.triage.urgency >= STRONG:
        return _answer(Reason.URGENT, seen.triage.because)
    alarm = known.SAFETY.findall(seen.signs.said)
    return _answer(Reason.SAFETY, alarm) if alarm else None


def _see_promotion(seen: _Seen) -> Verdict | None:
    signs = seen.signs
    strong = known.STRONG_PROMOTION.findall(signs.said)
    found = [*strong, *known.PROMOTES.findall(signs.said)]
    score = 2 * len(strong) + len(set(found)) + bool(signs.links) + 0.5 * (len(signs.hashtags) > _FEW)
    score += 0.5 * (len(signs.names) > 1 or (seen.post.addressed == "comment" and bool(signs.names)))
    if not found or (seen.triage.complaint >= LIKELY and not strong):
        return None
    return _leave(Reason.ADVERTISES, found) if score >= _SPAM else None


def _see_friends(seen: _Seen) -> Verdict | None:
    """See whom a comment speaks to: under the brand's posts those named are other people."""
    post, signs = seen.post, seen.signs
    if post.addressed == "mention" or not signs.names or post.files or seen.triage.complaint >= _CALM_FRIENDS:
        return None
    if not signs.words and not signs.questions and not signs.unhappy:
        return _leave(Reason.TAGS_FRIENDS)
    few = len(signs.words) <= _FEW
    if (signs.first or post.under_another) and not _is_about_us(signs):
        return _leave(Reason.TAGS_FRIENDS if few else Reason.TALKS_TO_ANOTHER)
    if signs.last and few and _see_needs(seen) is None and seen.triage.complaint < _CALM_REMARK:
        return _leave(Reason.TAGS_FRIENDS)
    return None


def _is_about_us(signs: Signs) -> bool:
    """Tell whether words to somebody else are about what the brand sold, did, or should do."""
    found = signs.unhappy or signs.spans or signs.numbers or known.HARD_TROUBLE.search(signs.said)
    asked = known.REQUESTS.search(signs.said) or (signs.questions and known.MATTERS.search(signs.said))
    return bool(found or asked)


def _see_needs(seen: _Seen) -> Verdict | None:
    signs = seen.signs
    if signs.questions:
        return _answer(Reason.QUESTION, signs.questions)
    if seen.triage.sentiment < UNHAPPY_BELOW or signs.unhappy:
        return _answer(Reason.UNHAPPY, signs.unhappy or seen.triage.because)
    for reason, pattern in _NEEDS:
        found = pattern.findall(signs.said)
        if found:
            return _answer(reason, found)
    counted = (*signs.numbers, *signs.spans, *signs.quoted)
    return _answer(Reason.TROUBLE, counted) if counted else None


_NEEDS = (
    (Reason.TROUBLE, known.HARD_TROUBLE),
    (Reason.QUESTION, known.ASKS),
    (Reason.REQUEST, known.REQUESTS),
    (Reason.TROUBLE, known.SOFT_TROUBLE),
)


def _see_wordless(seen: _Seen) -> Verdict | None:
    signs = seen.signs
    if signs.words or seen.post.files or signs.links or not seen.post.text.strip():
        return None
    return None if any(sign.isdigit() for sign in signs.said) else _leave(Reason.NO_WORDS)


def _see_kind(seen: _Seen) -> Verdict | None:
    """See what else a post is that asks for nothing, by words that say so."""
    glad = seen.triage.sentiment >= _GLAD_FROM
    least = _CALM_GLAD if glad else _CALM_KIND
    if seen.post.files or not seen.is_judged or seen.triage.complaint >= least:
        return None
    short = len(seen.signs.words) <= _SHORT
    for reason, pattern in _KINDS:
        found = pattern.findall(seen.signs.said)
        if found and (short or glad):
            knows = reason is Reason.PRAISE and _answers_praise(seen)
            return _answer(Reason.PRAISE_KNOWN, found) if knows else _leave(reason, found)
    found = known.LAUGHS.findall(seen.signs.said)
    understood = all(known.is_common(word) or known.LAUGHS.fullmatch(word) for word in seen.signs.words)
    return _leave(Reason.REMARK, found) if found and understood else None


def _answers_praise(seen: _Seen) -> bool:
    """Tell whether the brand taught its bot to answer praise, and that this is some, said to it."""
    understanding = seen.understanding
    if seen.post.addressed == "comment" or understanding is None or understanding.fallback:
        return False
    intent = understanding.intent
    known_for = intent is not None and any(word in intent.name for word in ("praise", "compliment"))
    return known_for and intent is not None and intent.confidence >= _SURE


_KINDS = (
    (Reason.GIVEAWAY, known.GIVEAWAY),
    (Reason.THANKS, known.THANKS),
    (Reason.PRAISE, known.PRAISE),
)


def _see_address(seen: _Seen) -> Verdict | None:
    """See who speaks to the brand, or about what it is paid for."""
    found = known.SECOND_PERSON.findall(seen.signs.said) or known.GREETING.findall(seen.signs.said[:_GREETED])
    if found:
        return _answer(Reason.SPEAKS_TO_US, found)
    matters = known.MATTERS.findall(seen.signs.said)
    return _answer(Reason.TROUBLE, matters) if matters and not seen.signs.inside else None


def _see_statement(seen: _Seen) -> Verdict | None:
    """See what tells of the brand, or of anything, and says nothing to it."""
    signs, chance = seen.signs, seen.triage.complaint
    if seen.post.files or not seen.is_judged:
        return None
    if signs.repost and chance < _CALM_PASSING:
        return _leave(Reason.REPOST)
    if not seen.is_english:
        return None
    if seen.post.addressed == "comment":
        return _leave(Reason.REMARK) if chance < _CALM_REMARK else None
    if seen.post.addressed == "reply" or not signs.names or len(signs.words) < _FEW:
        return None
    least = _CALM_PASSING if signs.inside else _CALM_TAGGED
    return _leave(Reason.IN_PASSING) if not signs.first and chance < least else None


_JUDGES: tuple[Callable[[_Seen], Verdict | None], ...] = (
    _hear_alarm,
    _see_promotion,
    _see_friends,
    _see_needs,
    _see_wordless,
    _see_kind,
    _see_address,
    _see_statement,
)
