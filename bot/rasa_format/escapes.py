r"""A text → the bytes that stand for it in a project file, and what of a text can be an example at all.

`bot.rasa_format.yaml_text` says how Rasa reads `\u`: only files that are pure ASCII are unescaped.
So a text must not make an ASCII file with escapes into one that is not ASCII, and a backslash
before a `u` must itself be escaped where files are unescaped.
"""

from __future__ import annotations

import re

from bot.rasa_format.annotations import has_annotations
from bot.rasa_format.yaml_text import has_escapes

_UNPRINTABLE = re.compile("[^\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_BEFORE_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\(?=[uU]|[^\x00-\x7f])")
_BEFORE_U = re.compile(r"(?<!\\)((?:\\\\)*)\\(?=[uU])")
_SHORT_ESCAPE = 4  # digits behind a small u; more need a capital one
_ANNOTATION_END = re.compile(r"\](?=[(\[{])")


def clean_example(text: str) -> str:
    """Return a customer's text as it can stand in training data; empty when nothing is left.

    Line breaks and other blanks become single spaces, characters no text file may hold are dropped,
    and a blank is put into what would be read as an entity annotation.
    """
    clean = " ".join(_UNPRINTABLE.sub("", " ".join(text.split())).split())
    return _ANNOTATION_END.sub("] ", clean) if has_annotations(clean) else clean


def encode_for(data: bytes, text: str) -> bytes:
    """Return `text` encoded for a place in the file that now holds `data`."""
    if has_escapes(data):
        doubled = _BEFORE_ESCAPE.sub(r"\1\\u005c", text)
        return "".join(_escape(character) for character in doubled).encode("ascii")
    if data.isascii() and text.isascii():
        return _BEFORE_U.sub(r"\1\\u005c", text).encode("ascii")
    return text.encode("utf-8")


def _escape(character: str) -> str:
    if character.isascii():
        return character
    code = f"{ord(character):x}"
    return f"\\u{code:0>4}" if len(code) <= _SHORT_ESCAPE else f"\\U{code:0>8}"
