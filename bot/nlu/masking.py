"""A customer's words without what tells who the customer is, for files that others read.

It errs on the side of hiding. Names of people are not known here: a trainer reads every post before it is
written.
"""

from __future__ import annotations

import re

_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"]+", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"]{1,64}@[^\s@<>()\[\],;:\"]{1,255}\.[^\W\d_]{2,24}")
_USER = re.compile(r"(?<![\w@/.])@(?!\d{1,3}\b)\w+(?:\.\w+)*(?:@[\w.-]+\w)?")
_NUMBER = re.compile(r"\d(?:[\s./()-]{0,2}\d){4,}")
_CODE = re.compile(r"\b(?=[A-Z\d-]{0,40}[A-Z])(?=(?:[A-Z-]{0,40}\d){2})[A-Z\d-]{6,40}\b")
_DIGIT, _CAPITAL = re.compile(r"\d"), re.compile(r"[A-Z]")


def mask_personal(text: str) -> str:
    """Return a text in which links, addresses, user names, long numbers and codes say nothing any more.

    Links become `<link>`, e-mail addresses `<email>` and users `@user`, which understanding reads as a
    link, a word and somebody. In numbers of five digits and more, spaces and dashes aside, each digit is
    0; so it is in codes such as booking references, whose letters become X. Prices, times and models of
    products stay.
    """
    text = _EMAIL.sub("<email>", _LINK.sub("<link>", text))
    return _CODE.sub(_blot, _NUMBER.sub(_blot, _USER.sub("@user", text)))


def _blot(match: re.Match[str]) -> str:
    return _CAPITAL.sub("X", _DIGIT.sub("0", match[0]))
