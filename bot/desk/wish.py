"""Does somebody wish for a person: said in so many words, anywhere in a message, and not taken back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.desk import wish_words, wish_words_others
from bot.desk.wish_reading import read_plainly
from bot.desk.wish_words import NOT_MEANT, NOT_REALLY_TAKEN_BACK

if TYPE_CHECKING:
    from collections.abc import Iterator

_CLAUSE = re.compile(r"[^.,?]+|[.,?]")
_MARK = re.compile(r"[.,?] ")
_WISHES = (*wish_words.WISHES, *wish_words_others.WISHES)
_TAKEN_BACK = (wish_words.TAKEN_BACK, wish_words_others.TAKEN_BACK)
_HINT = re.compile(
    "person|human|agent|admin|advi|consult|repres|operator|employee|manager|supervis|boss|colleague"
    "|technic|expert"
    "|special|staff|member|leader|superior|people|one of|someone|anyone|team|support|service|care"
    "|call|ring|phone"
    "|transfer|connect|forward|through|escalat|bot|robot|machine|computer| ai|automat|software"
    "|program|operador|t[eé]cnic|live chat|mensch|mitarbeiter|kolleg"
    "|berater|ansprech|vorgesetz|chef|sachbearb|kunden|jemand|irgendw|ruf|ki |alguien|asesor"
    "|encargad|emplead|gerente"
    "|responsable|soporte|equipo|atenci|ll[aá]m|m[aá]quina"
)
"""What every wish holds; nearly all other texts hold none of it, and need no closer look."""
_ALONE = (wish_words.ALONE, wish_words_others.ALONE)


def find_wish(text: str) -> str | None:
    """Return the words by which a message asks for a person, in plain form; None where it does not."""
    plain = read_plainly(text)
    if not _HINT.search(plain):
        return None
    said = (match[0].strip() for match, refused in _find_said(plain) if not refused)
    return next(said, None) or _find_alone(plain)


def refuses_person(text: str) -> bool:
    """Tell whether a message names the wish for a person only to say that its author has none."""
    plain = read_plainly(text)
    if not _HINT.search(plain):
        return False
    refused = [is_refused for _, is_refused in _find_said(plain)]
    return bool(refused) and all(refused) and _find_alone(plain) is None


def _find_said(plain: str) -> Iterator[tuple[re.Match[str], bool]]:
    """Yield wishes, and whether each is refused; not what is only asked about, as in "do I need to …"."""
    for wish in _WISHES:
        for match in wish.finditer(plain):
            clause = _MARK.split(plain[: match.start()])[-1]
            if not any(idle.end() > len(clause) for idle in NOT_MEANT.finditer(clause + match[0])):
                yield match, _is_refused(clause, match[0])


def _is_refused(before: str, said: str) -> bool:
    if NOT_REALLY_TAKEN_BACK.search(before):
        return False
    is_needless = before.endswith("no ") and said.startswith("need")
    return is_needless or any(each.search(before) for each in _TAKEN_BACK)


def _find_alone(plain: str) -> str | None:
    pieces = [piece.strip() for piece in _CLAUSE.findall(plain)]
    marks = [*pieces[1:], ""]
    found = (piece for piece, mark in zip(pieces, marks, strict=True) if mark != "?" and _is_alone(piece))
    return next(found, None)


def _is_alone(clause: str) -> bool:
    return any(each.fullmatch(clause) for each in _ALONE)
