"""Two questions in one message, as in "do you ship to Norway, and how much is express?".

Such a text means two things, so neither is likely enough to be answered, and the customer would be asked
which one they meant: both. Where it falls into two parts, each of which surely means another of the two
intents that the whole text speaks of, the parts are understood instead. A part alone may mislead ("and what
does it cost?"), so no intent counts that the whole text does not speak of. How often that helps, and how
often it misleads, is what `tests/bench/two_questions.py` measures.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import regex

from bot.domain.understanding import FALLBACK_INTENT, IntentScore

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.domain.understanding import Understanding

LONGEST = 400  # code points; who writes more tells a story, which a person reads better
MOST_CUTS = 6  # each costs two texts to understand
_LEAST_WORDS = 2  # in a part
_LEAST = 0.6  # how likely a part's intent is by the part alone
_SHARE = 0.9  # how much likelier it is there than the other part's
# Between sentences and lines, at commas, and before a word that joins: and, also, plus, but, und, y, et, e.
_SEAMS = regex.compile(
    r"(?<=[.?!;…])\s+|\s*\n+\s*|\s*,\s+|\s+(?=(?:and|also|plus|but|und|aber|außerdem|y|et|e)\s)",
    regex.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """One way to cut a text in two."""

    first: str
    second: str


def list_cuts(understanding: Understanding) -> list[Cut]:
    """Return how a text that was not understood may be cut; none of one that was, or is too long."""
    text = understanding.text
    is_candidate = understanding.fallback and len(_list_likeliest(understanding)) > 1
    if not is_candidate or len(text) > LONGEST or understanding.in_scope == 0.0:
        return []
    return list(_cut(text))[:MOST_CUTS]


def _cut(text: str) -> Iterator[Cut]:
    for seam in _SEAMS.finditer(text):
        cut = Cut(first=text[: seam.start()].strip(), second=text[seam.end() :].strip())
        if min(len(cut.first.split()), len(cut.second.split())) >= _LEAST_WORDS:
            yield cut


def choose_parts(
    whole: Understanding, parts: Sequence[tuple[Understanding, Understanding]]
) -> tuple[Understanding, ...]:
    """Return the two parts that mean the whole text's two likeliest intents, surest first; none: nothing.

    `parts` are what was understood of each cut.
    """
    best: tuple[Understanding, ...] = ()
    sureness = _LEAST
    one, other = _list_likeliest(whole)
    for first, second in parts:
        for meant in ((one, other), (other, one)):
            found = min(_judge(first, *meant), _judge(second, *reversed(meant)))
            if found >= sureness:
                best, sureness = (_mean(first, meant[0]), _mean(second, meant[1])), found
    return best


def _list_likeliest(understanding: Understanding) -> list[str]:
    """Return the two likeliest intents; fewer where there are none."""
    return [score.name for score in understanding.ranking if score.name != FALLBACK_INTENT][:2]


def _judge(part: Understanding, meant: str, other: str) -> float:
    """Return how likely a part means an intent; 0 where it may as well mean the other."""
    chances = {score.name: score.confidence for score in part.ranking}
    chance = chances.get(meant, 0.0)
    return chance if chance >= _SHARE * (chance + chances.get(other, 0.0)) else 0.0


def _mean(part: Understanding, intent: str) -> Understanding:
    """Return a part as understood to mean an intent, which may be below the threshold by itself."""
    score = next(score for score in part.ranking if score.name == intent)
    others = (each for each in part.ranking if each.name not in (intent, FALLBACK_INTENT))
    meant = IntentScore(name=intent, confidence=score.confidence)
    return replace(part, intent=meant, ranking=(meant, *others), fallback=False)
