"""What people write on social channels → the words that encoder and n-grams read, and what else was there.

Entities are found on the original text: nothing here keeps offsets.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.nlu.text import bound_text

if TYPE_CHECKING:
    from collections.abc import Mapping

LINK_WORD, USER_WORD = "link", "someone"
"""What stands within a sentence for a link, and for a user whose name was blotted out."""
LINK_ALONE, USER_ALONE = "weblink", "userhandle"
"""What a text says that has no words but a link or a user; words that hardly any example holds by chance."""

_REMARKABLE = re.compile(
    r"[@#<`\[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
    r"|&[#\w]+;|://|https?\.\.|www\.|\.[a-z]{2,3}/|[:;=]['-]?[][()DPp/\\|]"
    r"|([A-Za-z])\1\1|([^\w\s])\2{3}",
)
"""A text of ASCII without any of these is changed in its blanks only."""

_ESCAPED = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31}\d{0,2});")
_BACKTICK = re.compile(r"(?<=\w)`(?=\w)")
MAY_BE_EMOJI = re.compile("[\u00a9\u00ae\u203c-\U0010ffff]")
"""A text without any of these has no emoji."""
_GENDER = re.compile("\u200d[\u2640\u2642]\ufe0f?")
_SIGNS = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u00b4\u2032", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    # Colours of skin, the frame of keycaps.
    | dict.fromkeys([*map(chr, range(0x1F3FB, 0x1F400)), "\u20e3"], ""),
)
_JOINERS = frozenset(["\u200d", *map(chr, range(0xFE00, 0xFE10)), *map(chr, range(0xE0020, 0xE0080))])
"""What emoji are glued together with, and told apart by."""
_NO_JOINERS = str.maketrans(dict.fromkeys(_JOINERS, ""))
_BLANKED = frozenset({"Cc", "Cs", "Co"})

_LINK = (
    r"(?P<link>(?:https?|ftp)://[^\s<>\[\]]*|\bwww\.[^\s<>\[\]]+|\bhttps?\.\.+"
    r"|(?<![\w.@])(?:t\.co|bit\.ly|youtu\.be|wa\.me|pic\.twitter\.com)/\S+"
    r"|[<\[](?:url|link)[>\]])"
)
_USER = (
    r"(?P<user>(?<![\w@/])(?<!\w\.)@(?!\d{1,3}\b|\d{1,2}(?::\d\d)?[ap]m\b)\w+(?:\.\w+)*(?:@[\w.-]+\w)?"
    r"|(?P<nameless>[<\[]@?(?:user|username|mention)[>\]]))"
)
_MENTION = re.compile(f"{_LINK}|{_USER}", re.IGNORECASE)
_NAMELESS = frozenset({"user", "username", "mention"})
_AFTER_LINK = ".,;:!?)]}>\"'"
_HASHTAG = re.compile(r"(?<![\w&/])#(?=\w*[^\W\d_]{2})\w+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_+")
_EMOTICON = re.compile(
    r"(?<![\w:;=])(?:(?P<eyes>[:;=])(?P<tear>')?-?(?P<mouth>[][()DPp/\\|])[)(]*|<3)(?![\w/])",
)
_SAID_OF_MOST = re.compile(r"\b(?:face|person|with)\b ?")
"""Left out of emoji's names: words that many share make unlike ones look alike."""
_FACES = {
    **dict.fromkeys(")]", "smiling"),
    **dict.fromkeys("([", "frowning"),
    **dict.fromkeys("/\\|", "confused"),
    **dict.fromkeys("Pp", "tongue"),
    "D": "grinning",
}
_STRETCHED = re.compile(r"\b\w*?([^\W\d_])\1\1\w*", re.IGNORECASE)
_LETTERS = re.compile(r"([^\W\d_])\1{2,}", re.IGNORECASE)
_MARKS = re.compile(r"([^\w\s])\1{3,}")
_NOT_STRETCHED = re.compile(r"[ivxls]+|(\w)\1\1", re.IGNORECASE)
"""Roman numbers, sizes (XXXL), AAA batteries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a text held besides its words, in order, as written.

    `emoji` are without colour of skin and gender, each as often as it occurs; emoticons are among them.
    `capitals` is the share (0..1) of the letters with a case that are capitals, links and users apart.
    """

    users: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    emoji: tuple[str, ...] = ()
    elongations: tuple[str, ...] = ()
    capitals: float = 0.0
    exclamations: int = 0
    questions: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalised:
    """`text` is what encoder and n-grams read; it is empty only where nothing could be seen.

    `is_wordless`: nobody wrote its words, they name emoji, a link or a user, or there are none.
    """

    text: str
    evidence: Evidence
    is_wordless: bool = False


def normalise(text: str) -> Normalised:
    """Return what `text` says in plain words, and what else was there; idle on plain English.

    Any text at all has a result, no longer than `MAX_CHARACTERS`. What becomes of it: emoji and emoticons
    are named, each once; hashtags become words; users are left out where they are addressed (at the
    start and the end), links at the end; stretched words keep two of each letter; styled letters,
    typographic quotes and HTML's escapes become plain; what cannot be seen is removed.
    """
    text = bound_text(text)
    if text.isascii() and not _REMARKABLE.search(text):
        return Normalised(
            text=" ".join(text.split()), evidence=_weigh(text), is_wordless=not _has_words(text)
        )
    plain, users, links = _set_apart_mentions(_write_plainly(text))
    weighed = _weigh(plain)
    is_wordless = not _has_words(_EMOTICON.sub(" ", plain))
    plain, hashtags = _spell_hashtags(plain)
    plain, emojis = _name_emoji(plain)
    plain, emoticons = _name_emoticons(plain)
    plain, elongations = _shorten(plain)
    if (users or links) and not _has_words(plain):
        plain = f"{LINK_ALONE if links else USER_ALONE} {plain}"
    return Normalised(
        text=bound_text(" ".join(plain.split())),
        is_wordless=is_wordless,
        evidence=Evidence(
            users=users,
            links=links,
            hashtags=hashtags,
            emoji=emojis + emoticons,
            elongations=elongations,
            capitals=weighed.capitals,
            exclamations=weighed.exclamations,
            questions=weighed.questions,
        ),
    )


def _has_words(text: str) -> bool:
    return any(map(str.isalnum, text))


def _weigh(text: str) -> Evidence:
    capitals = sum(map(str.isupper, text))
    cased = capitals + sum(map(str.islower, text))
    return Evidence(
        capitals=capitals / cased if cased else 0.0,
        exclamations=text.count("!"),
        questions=text.count("?"),
    )


def _write_plainly(text: str) -> str:
    """Undo what keyboards, pages and jokers did to letters; what emoji are glued with stays."""
    text = _ESCAPED.sub(lambda match: html.unescape(match[0]), text)
    text = _GENDER.sub("", _BACKTICK.sub("'", text)).translate(_SIGNS)
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_show, bound_text(unicodedata.normalize("NFKC", text))))


def _show(character: str) -> str:
    """Return a character that can be seen, a blank for a control, nothing for what is invisible.

    Nor for marks that NFKC made no letter of, such as strokes through words.
    """
    if "\u0300" <= character <= "\u036f":
        return ""
    if character.isprintable() or character == "\n" or character in _JOINERS:
        return character
    category = unicodedata.category(character)
    if category in _BLANKED or category.startswith("Z"):
        return " "
    return "" if category == "Cf" else character


def _set_apart_mentions(text: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Return the text without its frame of users and links, then users and links."""
    found = list(_MENTION.finditer(text))
    if not found:
        return text, (), ()
    gaps, start = [], 0
    for match in found:
        gaps.append(text[start : match.start()])
        start = match.start() + len(_trim(match))
    gaps.append(text[start:])
    spoken = [number for number, gap in enumerate(gaps) if _has_words(gap)]
    first, last = (spoken[0], spoken[-1]) if spoken else (len(gaps), -1)
    pieces = [gaps[0] if gaps[0].strip() != "RT" else ""]
    for number, match in enumerate(found):
        is_frame = number >= last or (number < first and bool(match["user"]))
        pieces += [" " if is_frame else _name_mention(match), gaps[number + 1]]
    users = tuple(match["user"] for match in found if match["user"])
    plain = "".join(pieces)
    links = tuple(_trim(match) for match in found if match["link"])
    return plain.lstrip(" .,:;-") if first else plain, users, links


def _trim(match: re.Match[str]) -> str:
    """Return the mention without the punctuation that follows a link."""
    is_whole = match["user"] or match[0].startswith(("<", "[")) or match[0].endswith("..")
    return match[0] if is_whole else match[0].rstrip(_AFTER_LINK)


def _name_mention(match: re.Match[str]) -> str:
    if match["link"]:
        return f" {LINK_WORD} "
    name = match["user"].lstrip("@")
    is_nameless = match["nameless"] or name.isdigit() or name.lower() in _NAMELESS
    return USER_WORD if is_nameless else name


def _spell_hashtags(text: str) -> tuple[str, tuple[str, ...]]:
    """Write #WorstServiceEver as: worst service ever."""
    hashtags = tuple(_HASHTAG.findall(text))
    if not hashtags:
        return text, ()
    return _HASHTAG.sub(lambda match: " ".join(_HUMP.split(match[0][1:])).lower(), text), hashtags


def _name_emoji(text: str) -> tuple[str, tuple[str, ...]]:
    """Write the name of each emoji where it occurs first."""
    if not MAY_BE_EMOJI.search(text):
        return text.translate(_NO_JOINERS), ()
    # Not at the top: a process none of whose customers writes an emoji need not know them all (2.5 MB).
    import emoji  # noqa: PLC0415 - see above

    found: list[str] = []

    def name(sign: str, known: Mapping[str, str]) -> str:
        is_new = sign not in found
        found.append(sign)
        words = known["en"].strip(":").replace("_", " ")
        return f" {_SAID_OF_MOST.sub('', words) or words} " if is_new else " "

    return emoji.replace_emoji(text, name).translate(_NO_JOINERS), tuple(found)


def _name_emoticons(text: str) -> tuple[str, tuple[str, ...]]:
    found: list[str] = []

    def name(match: re.Match[str]) -> str:
        found.append(match[0])
        if not match["eyes"]:
            return " red heart "
        face = _FACES[match["mouth"]]
        if match["tear"]:
            face = face.replace("frowning", "crying")
        return f" {face.replace('smiling', 'winking') if match['eyes'] == ';' else face} "

    return _EMOTICON.sub(name, text), tuple(found)


def _shorten(text: str) -> tuple[str, tuple[str, ...]]:
    """Leave two of each letter in stretched words, three of each mark in a row."""
    found: list[str] = []

    def shorten(match: re.Match[str]) -> str:
        if _NOT_STRETCHED.fullmatch(match[0]):
            return match[0]
        found.append(match[0])
        return _LETTERS.sub(r"\1\1", match[0])

    return _MARKS.sub(r"\1\1\1", _STRETCHED.sub(shorten, text)), tuple(found)
