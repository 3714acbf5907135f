"""Which public posts need an answer at all, and what shows it. Pure.

Whoever asks, complains or speaks to the brand is answered; so is whatever is not clearly something else: to
leave a complaint alone is far worse than to answer in vain. A post is left alone only if nothing in it asks
for an answer **and** something in it says what else it is. Words are read in English alone; of other
languages only what can be seen in any is read: names, emoji, links.

| judges, in this order | look at |
|---|---|
| `public_posts_needs.py` | what asks: alarm, questions, trouble, who is spoken to |
| `public_posts_rest.py` | what else it may be: advertising, words passed on, thanks, talk, a mention |
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desk import public_posts_needs as needs
from bot.desk import public_posts_rest as rest
from bot.desk.public_posts_needs import STRONG
from bot.desk.public_posts_seen import Post, Reason, Seen, Verdict, answer, leave
from bot.desk.public_posts_signs import read_signs
from bot.domain.understanding import Triage

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.domain.understanding import Understanding

__all__ = ["STRONG", "Post", "Reason", "Verdict", "judge_post", "judge_repeated"]

_WORDS_OF_CAMPAIGN, _REPEATED_BY = 5, 3

_JUDGES: tuple[Callable[[Seen], Verdict | None], ...] = (
    needs.hear_safety,
    rest.see_repost,
    rest.see_shared_link,
    rest.see_calm,
    needs.hear_complaint,
    rest.see_promotion,
    rest.see_friends,
    rest.see_gladness,
    needs.see_needs,
    rest.see_wordless,
    rest.see_kind,
    needs.see_address,
    rest.see_statement,
)


def judge_post(post: Post, understanding: Understanding | None = None) -> Verdict:
    """Decide about one post. `understanding` is that of its words; None: nobody read them."""
    triage = (understanding.triage if understanding else None) or Triage()
    seen = Seen(post=post, signs=read_signs(post.text), triage=triage, understanding=understanding)
    for judge in _JUDGES:
        verdict = judge(seen)
        if verdict is not None:
            return verdict
    return answer(Reason.DOUBT)


def judge_repeated(post: Post, understanding: Understanding | None, times: int) -> Verdict:
    """Judge a post in doubt once more: `times` other people wrote the same, as campaigns and bots do."""
    triage = understanding.triage if understanding else None
    long = len(read_signs(post.text).words) >= _WORDS_OF_CAMPAIGN
    if triage and triage.complaint < rest.LIKELY and long and times >= _REPEATED_BY:
        return leave(Reason.REPEATED)
    return answer(Reason.DOUBT)
