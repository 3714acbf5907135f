"""What can be seen in a public post without knowing its language: names, links, emoji, marks. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LONGEST = 2_000  # code points read; a post is short, and what it wants stands near its beginning
_LINK = re.compile(
    r"(?:https?|ftp)://\S+|\bwww\.\S+"
    r"|(?<![\w@.-])[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|io|co|me|ly|info|biz|shop|xyz|app|tv|be|gg|example)(?:/\S*)?"
    r"(?![\w@])",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<![\w@/.])@(?=[\w.-]*[^\W\d])\w+(?:[.-]\w+)*(?:@[\w-]+(?:\.[\w-]+)+)?")
_SOURCE = re.compile(r"\b(?:via|by|from|cc|ft|feat|with|w/|h/t)[\s:.]*(@\w+)", re.IGNORECASE)
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
    rf"\b\d+(?:st|nd|rd|th)?\s?(?:{_UNIT}|[mh])\b"
    rf"|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|several|many|another)\s{_UNIT}\b"
    r"|\b(?:hour|day|week|month|attempt|try|number)\s\d+\b",
    re.IGNORECASE,
)
_AUXILIARY = (
    r"(?:(?:is|are|do|does|did|was|were|has|have|could|would|should)(?:n't)?|can|can't|will|won't|am)"
)
_SUBJECT = (
    r"(?:i|you|u|ya|we|he|she|it|they|this|that|these|those|there|the|my|your|ur|our"
    r"|any\w*|some\w*|every\w*|all)"
)
_NO_SUBJECT = r"(?:will\s(?:be|have|see)|can't\swait)\b"  # as in "will see you there"
_NAMED = "\x00"  # stands for a name or a tag while openings are looked for
_OPENING = re.compile(
    r"(?:^|[.!,;:]\s|\b(?:hi|hey|hello|hiya|morning)\s)\s*(?:there\s|guys\s|team\s|all\s)?"
    rf"((?!{_NO_SUBJECT}){_AUXILIARY}\s(?!i\s(?:love|think|know|see))[\w{_NAMED}]+)"
    rf"|(?:\b(?:so|and|ok|or)\s|{_NAMED}[,:\s-]*)"
    rf"({_AUXILIARY}\s{_SUBJECT}\b(?!\s(?:best|worst|most|only|greatest|same)\b))",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\"([^\"]{2,30})\"")
_REPOST = re.compile(r"(?<!\S)[\"(\u201c]*RT:?\s*@\w|^\s*(?:RT:|via\s+@\w|\"?@\w+:\s*[\"\u201c])")
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
    `inside` tells whether a name stands among its words, `sources` are names after a word like "via".
    `questions` are marks and how questions begin. `numbers` are amounts of money and what may be an order's
    number, `spans` how often or for how long. Of a post that passes on another's words (`repost`) all signs
    are those of what its author wrote before.
    """

    said: str
    words: tuple[str, ...]
    names: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    inside: bool = False
    sources: tuple[str, ...] = ()
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
    passed_on = _REPOST.search(given)
    given = given[: passed_on.start()] if passed_on else given
    links = tuple(_LINK.findall(given))
    rest = _LINK.sub(" ", given)
    names = tuple(name.lower() for name in _NAME.findall(rest))
    hashtags = tuple(_HASHTAG.findall(rest))
    named = " ".join(_HASHTAG.sub(_NAMED, _NAME.sub(_NAMED, rest)).split())
    said = " ".join(named.replace(_NAMED, " ").split())
    first, last = _names_at(rest.split()), _names_at(reversed(rest.split()))
    return Signs(
        said=said,
        words=tuple(word.lower() for word in _WORD.findall(said)),
        names=names,
        first=first,
        last=last,
        inside=len(names) > len(first) + len(last),
        sources=tuple(name.lower() for name in _SOURCE.findall(rest)),
        links=links,
        hashtags=hashtags,
        numbers=tuple(_NUMBER.findall(said)),
        spans=tuple(match.group() for match in _SPAN.finditer(said)),
        questions=(*_QUESTION.findall(said), *_find_openings(named)),
        quoted=tuple(_QUOTED.findall(said)),
        unhappy=tuple(sign for sign in given if sign in _UNHAPPY_EMOJI) + tuple(_FROWN.findall(said)),
        repost=passed_on is not None,
    )


def _find_openings(named: str) -> Iterator[str]:
    """Find how questions begin: a verb before its subject. `The brand is having a sale` is none."""
    for match in _OPENING.finditer(named):
        yield (match.group(1) or match.group(2)).replace(_NAMED, "").strip()


def _names_at(parts: Iterable[str]) -> tuple[str, ...]:
    found: list[str] = []
    for part in parts:
        match = _NAME.match(part)
        if match is None:
            break
        found.append(match.group().lower())
    return tuple(found)
