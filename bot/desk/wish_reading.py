"""A text as the patterns of wishes read it: plain words, written out and mended, marks between clauses."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from types import MappingProxyType

LONGEST = 1_500
"""Code points read: the beginning and the end of a longer text, where wishes stand."""
_TOKEN = re.compile(r"[^\W\d_]+1?(?:'[^\W\d_]+)*|\d+|[.!?;:…\n]+|[,()\"/*|\u2013\u2014\-]+|[^\w\s]")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_APOSTROPHES = str.maketrans("\u2019\u2018`\u00b4", "''''")
_MEANT = MappingProxyType(
    {
        **dict.fromkeys(("pls", "plz", "plss", "pleas", "plse"), "please"),
        **dict.fromkeys(("u", "yu"), "you"),
        "ur": "your",
        "w": "with",
        "wid": "with",
        "wit": "with",
        "2": "to",
        "n": "and",
        "r": "are",
        "im": "i am",
        "id": "i would",
        "ive": "i have",
        "wanna": "want to",
        "gotta": "need to",
        "gonna": "going to",
        "lemme": "let me",
        "gimme": "give me",
        "okay": "ok",
        "k": "ok",
        **dict.fromkeys(("somebody", "sb", "smb", "sum1", "some1", "sm1", "sombody", "smone"), "someone"),
        **dict.fromkeys(("anybody", "any1"), "anyone"),
        "rep": "representative",
        "reps": "representatives",
        "adviser": "advisor",
        "cannot": "can not",
        "can't": "can not",
        "cant": "can not",
        "won't": "will not",
        "wont": "will not",
        "shan't": "will not",
        "dont": "do not",
        "doesnt": "does not",
        "didnt": "did not",
        "isnt": "is not",
        "arent": "are not",
        "wasnt": "was not",
        "wouldnt": "would not",
        "couldnt": "could not",
        "shouldnt": "should not",
        "havent": "have not",
        "neednt": "need not",
        "customercare": "customer care",
        "humanbeing": "human being",
    }
)
_ENDS = (
    ("n't", " not"),
    ("'d", " would"),
    ("'m", " am"),
    ("'ve", " have"),
    ("'ll", " will"),
    ("'re", " are"),
)
_MENDED = [
    "person",
    "human",
    "agent",
    "manager",
    "operator",
    "representative",
    "supervisor",
    "employee",
    "colleague",
    "someone",
    "anyone",
    "technician",
    "specialist",
    "advisor",
    "talk",
    "speak",
    "connect",
    "transfer",
    "please",
    "customer",
    "support",
    "real",
]
_REAL_WORDS = frozenset(
    [
        "manger",
        "mangers",
        "taker",
        "peak",
        "spak",
        "employe",
        "tall",
        "tale",
        "talks",
        "calk",
        "persons",
        "humans",
        "pleas",
        "pleased",
        "peaks",
        "sneak",
        "tack",
        "agents",
        "costumer",
        "hum",
        "mage",
        "speaks",
        "customers",
        "supports",
        "talked",
    ]
)


def read_plainly(text: str) -> str:
    """Return what a text says in the form that patterns of wishes are written for."""
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]}\n{text[-LONGEST // 2 :]}"
    plain = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES).lower()
    tokens = _TOKEN.findall(_STRETCHED.sub(r"\1", plain))
    return " ".join(word for word in map(_read, tokens) if word)


def _read(token: str) -> str:
    if not token[0].isalnum():
        return "?" if "?" in token else "," if token[0] in ',()"/*|-' or not token.isascii() else "."
    if token in _MEANT:
        return _MEANT[token]
    for end, meant in _ENDS:
        if token.endswith(end) and len(token) > len(end):
            return token.removesuffix(end) + meant
    return _list_slips().get(token, token)


@cache
def _list_slips() -> dict[str, str]:
    """Return what comes of the words that matter by one slip of the finger: a letter lost, two swapped."""
    slips: dict[str, str] = {}
    for word in _MENDED:
        for place in range(1, len(word)):
            swapped = word[:place] + word[place + 1 : place + 2] + word[place] + word[place + 2 :]
            for slip in (
                word[:place] + word[place + 1 :],
                swapped,
                word[:place] + word[place] + word[place:],
            ):
                if slip not in _REAL_WORDS and slip != word:
                    slips.setdefault(slip, word)
    return slips
