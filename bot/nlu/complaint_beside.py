"""A complaint beside a question, as in "do you ship to Norway? my last lamp came broken".

The question is understood so well that the bot would answer it alone, and the complaint would go unheard. So
each part is understood by itself where the text may hold a complaint at all. A complaint counts where the
other part carries what the whole text means, and where neither speaks of the other's matter: of "it has not
come, where can I track it?" the question is all that is wanted. `tests/bench/complaint_beside.py` measures
what is heard and what is heard wrongly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from bot.domain.understanding import FALLBACK_INTENT
from bot.nlu.two_questions import LONGEST, MOST_CUTS, Cut

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.domain.understanding import Understanding

MAY_COMPLAIN = 0.1
"""From this probability of a complaint on the parts are read; that of most questions is lower."""
_LEAST = 0.6  # how likely the question means by itself what the whole text means
_LEAST_WORDS = 3  # in a part
_SEAMS = regex.compile(
    r"(?<=[.?!;…])\s+|\s*\n+\s*"
    r"|\s*,?\s+(?=(?:and|also|plus|but|by the way|btw"
    r"|und|aber|außerdem|übrigens|y|pero|además|por cierto)\s)",
    regex.IGNORECASE,
)
_ENGLISH = r"it|it's|its|they|them|their|this|that|these|those|one"
_OTHERS = r"er|sie|es|ihn|ihm|ihr|das|dies\w*|lo|la|los|las|eso|esto"
_POINTS_BACK = regex.compile(rf"\b(?:{_ENGLISH}|{_OTHERS})\b", regex.IGNORECASE)
"""Words for what was named before. Where one is an article, nothing is heard that was not heard before."""
_READ = (None, "en", "de", "es")
"""Languages whose words for that are known; None: it is not certain which one a text is in."""


def list_parts(whole: Understanding, calls: Collection[str]) -> list[Cut]:
    """Return how a text that was understood may be cut; `calls` are intents that lead to a person."""
    if whole.intent is None or whole.fallback or whole.intent.name in calls or whole.language not in _READ:
        return []
    if whole.triage is None or whole.triage.complaint < MAY_COMPLAIN:
        return []
    text = whole.text
    if len(text) > LONGEST or whole.in_scope == 0.0:
        return []
    cuts = (
        Cut(first=text[: seam.start()].strip(), second=text[seam.end() :].strip())
        for seam in _SEAMS.finditer(text)
    )
    long = (cut for cut in cuts if min(len(cut.first.split()), len(cut.second.split())) >= _LEAST_WORDS)
    return list(long)[:MOST_CUTS]


def find_complaint(
    whole: Understanding, parts: Sequence[tuple[Understanding, Understanding]], calls: Collection[str]
) -> Understanding | None:
    """Return the part that is a matter of its own and leads to a person, the surest one; None: there is none.

    `parts` are what was understood of each cut.
    """
    turned = [pair for first, second in parts for pair in ((first, second), (second, first))]
    found = [part for question, part in turned if _is_apart(whole, question, part, calls)]
    return max(found, key=_get_confidence, default=None)


def _is_apart(
    whole: Understanding, question: Understanding, part: Understanding, calls: Collection[str]
) -> bool:
    if part.fallback or part.intent is None or part.intent.name not in calls or whole.intent is None:
        return False
    likeliest = next((score for score in question.ranking if score.name != FALLBACK_INTENT), None)
    if likeliest is None or likeliest.name != whole.intent.name or likeliest.confidence < _LEAST:
        return False
    points_back = _POINTS_BACK.search if "?" in part.text else _POINTS_BACK.match
    return not (_POINTS_BACK.search(question.text) or points_back(part.text))


def _get_confidence(part: Understanding) -> float:
    return part.intent.confidence if part.intent else 0.0
