"""What else a public post may be that asks for nothing of the brand: advertising, thanks, talk, news. Pure.

Triage learnt from posts to brands. Of a headline that somebody passes on it knows nothing, and thinks half of
them complaints: so where a link stands, and nobody speaks of himself or to anybody, its doubts count less.
"""

from __future__ import annotations

from bot.desk import public_posts_words as known
from bot.desk.public_posts_needs import STRONG, UNHAPPY_BELOW, see_needs, see_words_of_need
from bot.desk.public_posts_seen import Reason, Seen, Verdict, answer, leave

LIKELY = 0.5
_CERTAIN = 0.97
_UNJUDGED = 1.0  # of asking, where the model is of before
_ASKS_TELLING, _ASKS_CLOSING = (0.38, 0.27, 0.2), (0.3, 0.2, 0.12)
_CALM_FRIENDS, _CALM_REMARK, _CALM_KIND, _CALM_PASSING, _CALM_TAGGED = 0.35, 0.2, 0.25, 0.7, 0.2
_CALM_GLAD = 0.35
_SURE = 0.8
_SHORT, _GLAD_FROM, _THANKFUL_FROM = 8, 0.6, 0.5
_FEW = 4
_SPAM = 3.0


def see_promotion(seen: Seen) -> Verdict | None:
    """See advertising."""
    signs = seen.signs
    strong = known.STRONG_PROMOTION.findall(signs.said)
    found = [*strong, *known.PROMOTES.findall(signs.said)]
    score = 2 * len(strong) + len(set(found)) + bool(signs.links) + 0.5 * (len(signs.hashtags) > _FEW)
    score += 0.5 * (len(signs.names) > 1 or (seen.post.addressed == "comment" and bool(signs.names)))
    if not found or (seen.triage.complaint >= LIKELY and not strong):
        return None
    return leave(Reason.ADVERTISES, found) if score >= _SPAM else None


def see_repost(seen: Seen) -> Verdict | None:
    """See what only passes on another's words: who wrote those named the brand by themselves.

    A plain complaint is answered nevertheless, because it may be the author's own in another guise.
    """
    if not seen.signs.repost or see_words_of_need(seen):
        return None
    complains = seen.triage.complaint >= LIKELY and known.HURTS.search(seen.post.text)
    return None if complains else leave(Reason.REPOST)


def see_shared_link(seen: Seen) -> Verdict | None:
    """See a headline with its address: nobody in it speaks of himself, or to anybody."""
    post, signs = seen.post, seen.signs
    if not signs.links or post.files or post.addressed != "mention" or not seen.is_judged:
        return None
    spoilt = _spoils(seen) if seen.triage.asks < _ASKS_TELLING[0] else see_words_of_need(seen)
    if not seen.may_be_english or not signs.words or spoilt:
        return None
    if known.FIRST_PERSON.search(signs.said) or known.SECOND_PERSON.search(signs.said):
        return None
    if signs.inside or signs.sources or len(signs.names) > 1:
        return leave(Reason.SHARES_LINK) if seen.triage.complaint < _CERTAIN else None
    calm = seen.triage.complaint < LIKELY and seen.triage.asks < _ASKS_TELLING[0]
    return leave(Reason.SHARES_LINK) if calm else None


def see_calm(seen: Seen) -> Verdict | None:
    """See what asks for nothing as a whole: so it was learnt, and no word in it says otherwise."""
    post, signs, triage = seen.post, seen.signs, seen.triage
    if post.files or post.addressed == "reply" or not (seen.is_english or signs.links):
        return None
    if triage.sentiment < UNHAPPY_BELOW or triage.asks >= _allow(seen) or _spoils(seen, soft=False):
        return None
    for reason, pattern in ((Reason.THANKS, known.THANKS), (Reason.PRAISE, known.PRAISE)):
        found = pattern.findall(signs.said)
        if found and triage.sentiment >= _THANKFUL_FROM:
            return _leave_kind(seen, reason, found)
    if signs.links:
        return leave(Reason.SHARES_LINK)
    return leave(Reason.IN_PASSING if signs.names and post.addressed == "mention" else Reason.REMARK)


def _allow(seen: Seen) -> float:
    """Return below which probability of asking a post is calm: less, the more it looks like a complaint.

    Who complains without a plain word most often puts the brand's name behind it; who tells of a brand names
    it amid the words, beside others, or with a link.
    """
    signs, complaint = seen.signs, seen.triage.complaint
    tells = signs.inside or signs.sources or len(signs.names) > 1
    calm, likely, strong = _ASKS_TELLING if tells else _ASKS_CLOSING
    if complaint >= STRONG:
        return strong if complaint < _CERTAIN else 0.0
    soft = complaint >= LIKELY or known.SOFT_TROUBLE.search(signs.said)
    return likely if soft else calm


def see_friends(seen: Seen) -> Verdict | None:
    """See whom a post speaks to: under the brand's posts those named are other people."""
    post, signs = seen.post, seen.signs
    if not signs.names or post.files or seen.triage.complaint >= _CALM_FRIENDS:
        return None
    if post.addressed == "mention":
        return leave(Reason.TALKS_TO_ANOTHER) if _names_another_first(seen) else None
    if not signs.words and not signs.questions and not signs.unhappy:
        return leave(Reason.TAGS_FRIENDS)
    few = len(signs.words) <= _FEW
    if (signs.first or post.under_another) and not _is_about_us(seen):
        return leave(Reason.TAGS_FRIENDS if few else Reason.TALKS_TO_ANOTHER)
    if signs.last and few and see_needs(seen) is None and seen.triage.complaint < _CALM_REMARK:
        return leave(Reason.TAGS_FRIENDS)
    return None


def _names_another_first(seen: Seen) -> bool:
    """Tell whether a mention speaks to somebody else, and names the brand among its words."""
    ours = f"@{seen.post.account}".lower()
    signs = seen.signs
    known_name = bool(seen.post.account) and ours in signs.names
    return known_name and bool(signs.first) and ours not in signs.first and not _is_about_us(seen)


def _is_about_us(seen: Seen) -> bool:
    """Tell whether words to somebody else are about what the brand sold, did, or should do."""
    signs = seen.signs
    found = signs.unhappy or signs.spans or signs.numbers or known.HURTS.search(signs.said)
    found = found or known.AFFAIRS.search(signs.said)
    asked = known.REQUESTS.search(signs.said) or (signs.questions and known.MATTERS.search(signs.said))
    return bool(found or asked)


def see_wordless(seen: Seen) -> Verdict | None:
    """See posts of names, emoji and tags alone, and among comments what is not passed on: moving pictures."""
    signs = seen.signs
    if seen.post.unsupported:
        return leave(Reason.UNSUPPORTED) if seen.post.addressed == "comment" else None
    if signs.words or seen.post.files or signs.links or not seen.post.text.strip():
        return None
    return None if any(sign.isdigit() for sign in signs.said) else leave(Reason.NO_WORDS)


def see_gladness(seen: Seen) -> Verdict | None:
    """See thanks and praise, however long, of which triage says the same and in which nothing hurts."""
    signs, triage = seen.signs, seen.triage
    glad = triage.sentiment >= _THANKFUL_FROM and triage.complaint < _CALM_GLAD
    if not seen.is_judged or seen.post.files or not glad or _spoils(seen):
        return None
    for reason, pattern in ((Reason.THANKS, known.THANKS), (Reason.PRAISE, known.PRAISE)):
        found = pattern.findall(signs.said)
        if found and (reason is Reason.THANKS or triage.sentiment >= _GLAD_FROM):
            return _leave_kind(seen, reason, found)
    return None


def _spoils(seen: Seen, *, soft: bool = True) -> bool:
    """Tell whether something in a calm post asks or hurts: thanks may be meant the other way round."""
    signs = seen.signs
    counted = [*signs.questions, *signs.unhappy, *signs.numbers, *signs.quoted]
    counted += () if signs.links else signs.spans  # headlines count days
    lists = (known.HURTS, known.ASKS, known.IMPLORES, *([known.SOFT_TROUBLE] if soft else []))
    return bool(counted) or any(pattern.search(signs.said) for pattern in lists)


def see_kind(seen: Seen) -> Verdict | None:
    """See what else a post is that asks for nothing, by words that say so."""
    glad = seen.triage.sentiment >= _GLAD_FROM
    least = _CALM_GLAD if glad else _CALM_KIND
    if seen.post.files or not seen.is_judged or seen.triage.complaint >= least:
        return None
    short = len(seen.signs.words) <= _SHORT
    for reason, pattern in _KINDS:
        found = pattern.findall(seen.signs.said)
        if found and (short or glad):
            return _leave_kind(seen, reason, found)
    found = known.LAUGHS.findall(seen.signs.said)
    understood = all(known.is_common(word) or known.LAUGHS.fullmatch(word) for word in seen.signs.words)
    return leave(Reason.REMARK, found) if found and understood else None


_KINDS = (
    (Reason.GIVEAWAY, known.GIVEAWAY),
    (Reason.THANKS, known.THANKS),
    (Reason.PRAISE, known.PRAISE),
)


def _leave_kind(seen: Seen, reason: Reason, found: list[str]) -> Verdict:
    knows = reason is Reason.PRAISE and _answers_praise(seen)
    return answer(Reason.PRAISE_KNOWN, found) if knows else leave(reason, found)


def _answers_praise(seen: Seen) -> bool:
    """Tell whether the brand taught its bot to answer praise, and that this is some, said to it."""
    understanding = seen.understanding
    if seen.post.addressed == "comment" or understanding is None or understanding.fallback:
        return False
    intent = understanding.intent
    known_for = intent is not None and any(word in intent.name for word in ("praise", "compliment"))
    return known_for and intent is not None and intent.confidence >= _SURE


def see_statement(seen: Seen) -> Verdict | None:
    """See what tells of the brand, or of anything, and says nothing to it.

    What was learnt of asking may speak against it: then it stays in doubt.
    """
    signs, chance = seen.signs, seen.triage.complaint
    if seen.post.files or not seen.is_judged or not seen.is_english:
        return None
    if LIKELY <= seen.triage.asks < _UNJUDGED:
        return None
    if seen.post.addressed == "comment":
        return leave(Reason.REMARK) if chance < _CALM_REMARK else None
    if seen.post.addressed == "reply" or not signs.names or len(signs.words) < _FEW:
        return None
    least = _CALM_PASSING if signs.inside else _CALM_TAGGED
    return leave(Reason.IN_PASSING) if not signs.first and chance < least else None
