"""A public post as its judges see it, and what they say of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.desk import public_posts_words as known

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.desk.public_posts_signs import Signs
    from bot.domain.understanding import Triage, Understanding

_MOST_WORDS = 3  # shown of what a verdict was made of
_SHARE_OF_ENGLISH = 0.34
_ENGLISH = (None, "en")


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
    SHARES_LINK = "shares_link"
    THANKS = "thanks"
    PRAISE = "praise"
    REMARK = "remark"
    IN_PASSING = "in_passing"
    REPEATED = "repeated"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What is known of a public post.

    `addressed` as in an event's metadata: `mention`, `reply` or `comment`. `under_another`: it answers what
    somebody wrote there, not the brand. `files`: it has pictures. `talks_with_us`: we spoke with its author
    in this thread before, or a person did. `account`: the brand's name there without `@`, empty where posts
    may know it by another. `unsupported`: the platform does not pass on what it holds.
    """

    text: str
    addressed: str = "mention"
    under_another: bool = False
    files: bool = False
    talks_with_us: bool = False
    account: str = ""
    unsupported: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The decision; `words` are those of the post that show it, at most three."""

    needs_answer: bool
    reason: Reason
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A post, its signs, and what understanding made of it."""

    post: Post
    signs: Signs
    triage: Triage
    understanding: Understanding | None

    @property
    def is_english(self) -> bool:
        """Tell whether lists of English words have a right here."""
        words = self.signs.words
        common = sum(known.is_common(word) for word in words)
        return self.may_be_english and bool(words) and common >= len(words) * _SHARE_OF_ENGLISH

    @property
    def may_be_english(self) -> bool:
        """Tell whether it is in no other language for certain."""
        return self.understanding is None or self.understanding.language in _ENGLISH

    @property
    def is_judged(self) -> bool:
        """Tell whether its words were read by triage."""
        return self.understanding is not None and self.understanding.triage is not None


def answer(reason: Reason, words: Iterable[str] = ()) -> Verdict:
    """Say that a post needs an answer."""
    return Verdict(needs_answer=True, reason=reason, words=_first(words))


def leave(reason: Reason, words: Iterable[str] = ()) -> Verdict:
    """Say that a post needs none."""
    return Verdict(needs_answer=False, reason=reason, words=_first(words))


def _first(words: Iterable[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(word.strip().lower() for word in words))
    whole = (word for word in found if not any(word != other and word in other for other in found))
    return tuple(whole)[:_MOST_WORDS]
