"""What can be seen in a public post without knowing its language: names, links, emoji, marks. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST = 2_000  # code points read; a post is short, and what it wants stands near its beginning
_LINK = re.compile(
    r"(?:https?|ftp)://\S+|\bwww\.\S+"
    r"|(?<![\w@.-])[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|io|co|me|ly|info|biz|shop|xyz|app|tv|be|gg|example)(?:/\S*)?"
    r"(?![\w@])",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<![\w@/.])@(?=[\w.-]*[^\W\d])\w+(?:[.-]\w+)*(?:@[\w-]+(?:\.[\w-]+)+)?")
_HASHTAG = re.compile(r"(?<![\w&/])#(?=\w*[^\W\d_])\w+")
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_NUMBER = re.compile(
    r"(?<!\w)[#+]?[A-Za-z]{0,4}-?\d[\d\s-]{3,}\d(?!\w)|[£$€¥₹]\s?\d|\d\s?[£$€¥₹]"
    r"|\b(?=\w*\d)(?=\w*[A-Z])[A-Z\d]{5,}\b"
)
_UNIT = (
    r"(?:secs?|seconds?|mins?|minutes?|hrs?|hours?|days?|weeks?|wks?|months?|times?|calls|emails?|mails|messages|"
    r"tickets|attempts)"
)
_SPAN = re.compile(
    rf"\b\d+(?:st|nd|rd|th)?\s?(?:{_UNIT}|[smhd])\b"
    rf"|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|several|many|another)\s{_UNIT}\b"
    r"|\b(?:hour|day|week|month|attempt|try|number)\s\d+\b",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"(?:^|[.!,;:]\s|\b(?:hi|hey|hello|hiya|morning|so|and|ok|or)\s)\s*(?:there\s|guys\s|team\s|all\s)?"
    r"((?:is|isn't|are|aren't|do|don't|does|doesn't|did|didn't|can|can't|could|will|would|should|has|have|was|were|am)"
    r"\s(?!i\s(?:love|think|know|see))\w+)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\"([^\"]{2,30})\"")
_REPOST = re.compile(r"\s*(?:RT\s+@\w|via\s+@\w|\"?@\w+:\s*[\"\u201c])")
_STRAIGHT = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\xa0": " ", "`": "'"})
_QUESTION = re.compile(r"[?\u00bf\u061f\uff1f\u037e\u055e]")
_UNHAPPY_EMOJI = frozenset(
    "\U0001f621\U0001f92c\U0001f620\U0001f624\U0001f44e\U0001f595\U0001f92e\U0001f922\U0001f644\U0001f612"
    "\U0001f61e\U0001f61f\U0001f623\U0001f629\U0001f62b\U0001f494\U0001f926\U0001f937\U0001f4a9\U0001f921"
    "\U0001f643\U0001f622\U0001f625\U0001f631\U0001f614\U0001f615\u2639\U0001f641\U0001f4a2\u26a0"
    "\U0001f914\U0001f928\U0001f198\U0001f480\U0001f691\U0001f6a8"
)
_FROWN = re.compile(r"(?<![\w:;=])[:;=]'?-?[(\[/\\|](?!\w)|:'\(|D:|>:\(")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """A post taken apart. `said` is its text without names, links and hashtags; `words` are in lower case.

    `first` are the names it begins with, `last` those it ends with; a post of names alone has them in both.
    `inside` tells whether a name stands among its words. `questions` are marks and how questions begin.
    `numbers` are amounts of money and what may be an order's number, `spans` how often or for how long.
    """

    said: str
    words: tuple[str, ...]
    names: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    inside: bool = False
    links: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    spans: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    quoted: tuple[str, ...] = ()
    unhappy: tuple[str, ...] = ()
    repost: bool = False


def read_signs(text: str) -> Signs:
    """Take a post apart. Any text at all has signs."""
    given = unicodedata.normalize("NFKC", text[:_LONGEST]).translate(_STRAIGHT)
    links = tuple(_LINK.findall(given))
    rest = _LINK.sub(" ", given)
    names = tuple(name.lower() for name in _NAME.findall(rest))
    hashtags = tuple(_HASHTAG.findall(rest))
    said = " ".join(_HASHTAG.sub(" ", _NAME.sub(" ", rest)).split())
    first, last = _names_at(rest.split()), _names_at(reversed(rest.split()))
    return Signs(
        said=said,
        words=tuple(word.lower() for word in _WORD.findall(said)),
        names=names,
        first=first,
        last=last,
        inside=len(names) > len(first) + len(last),
        links=links,
        hashtags=hashtags,
        numbers=tuple(_NUMBER.findall(said)),
        spans=tuple(match.group() for match in _SPAN.finditer(said)),
        questions=(*_QUESTION.findall(said), *_OPENING.findall(said)),
        quoted=tuple(_QUOTED.findall(said)),
        unhappy=tuple(sign for sign in given if sign in _UNHAPPY_EMOJI) + tuple(_FROWN.findall(said)),
        repost=_REPOST.match(given) is not None,
    )


def _names_at(parts: Iterable[str]) -> tuple[str, ...]:
    found: list[str] = []
    for part in parts:
        match = _NAME.match(part)
        if match is None:
            break
        found.append(match.group().lower())
    return tuple(found)
