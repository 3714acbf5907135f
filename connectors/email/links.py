"""Where the links of an HTML mail lead, for its text: behind their words, unless these say it already. Pure.

While the quotes of a mail are looked for, a link is a short mark: programs that sign mails are known by lines
of bounded length, and the addresses behind such lines are long.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from urllib.parse import quote, unquote, urlsplit

BEGIN, END = "\ufdd0", "\ufdd1"  # code points that no text has
LONGEST = 2_000  # characters of an address; a longer one is nothing that a person follows
MARK = re.compile(rf"(\s*){BEGIN}(\d+){END}")
CUT_OFF = re.compile(rf"{BEGIN}\d*")  # what is left of a mark where a text was cut
_NO_MARKS = str.maketrans("", "", BEGIN + END)
_MAIL = re.compile(r"[^\s@<>(),;]{1,64}@[^\s@<>(),;]{1,255}")
_NUMBER = re.compile(r"\+?[0-9]{3,20}")
_NUMBER_SIGNS = re.compile(r"[\s().\-/\u00a0]+")
_FRONT = re.compile(r"^(?:https?://)?(?:www\.)?", re.IGNORECASE)


def drop_marks(text: str) -> str:
    """Return a text without what we mark links by."""
    return text.translate(_NO_MARKS)


def make_mark(number: int) -> str:
    """Return what stands behind a link's words for the time being."""
    return f"{BEGIN}{number}{END}"


def write_links(text: str, addresses: Sequence[str]) -> str:
    """Return a text with addresses in place of their marks, each on the line of its link's last word."""

    def write(found: re.Match[str]) -> str:
        return f" ({addresses[int(found[2])]}){found[1]}"

    return CUT_OFF.sub("", MARK.sub(write, text))


def find_address(href: str, shown: str) -> str:
    """Return what to write behind a link's words; empty where they say it, or where it leads nowhere safe.

    A link without words is a picture, often one by which senders see that a mail was opened.
    """
    words = " ".join(drop_marks(shown).split())
    plain = "".join(sign for sign in href.strip() if sign not in "\t\r\n")
    reader = _READERS.get(plain.partition(":")[0].lower())
    if not words or reader is None or len(plain) > LONGEST:
        return ""
    return reader(plain, words)


def _read_page(href: str, words: str) -> str:
    try:
        host = urlsplit(href).hostname
    except ValueError:
        return ""
    if not host:
        return ""
    same = _shorten(href) in {_shorten(words), _shorten(quote(words, safe="/:?#[]@!$&'()*+,;=%~"))}
    return "" if same else _make_visible(href)


def _read_mail(href: str, words: str) -> str:
    address = unquote(href.partition(":")[2].partition("?")[0]).strip()
    told = words.strip("<>").removeprefix("mailto:").lower()
    return "" if told == address.lower() or not _MAIL.fullmatch(address) else _make_visible(address)


def _read_number(href: str, words: str) -> str:
    number = _NUMBER_SIGNS.sub("", unquote(href.partition(":")[2]))
    return "" if _NUMBER_SIGNS.sub("", words) == number or not _NUMBER.fullmatch(number) else number


def _shorten(address: str) -> str:
    """Return an address as people write it: without its scheme, `www.` and a slash at its end."""
    plain = _FRONT.sub("", address.strip("<> ")).removesuffix("/")
    host, slash, path = plain.partition("/")
    return f"{host.lower()}{slash}{path}"


def _make_visible(address: str) -> str:
    """Return an address of one word, with nothing in it that cannot be seen."""
    return "".join(sign if sign.isprintable() and not sign.isspace() else quote(sign) for sign in address)


_READERS: dict[str, Callable[[str, str], str]] = {
    "http": _read_page,
    "https": _read_page,
    "mailto": _read_mail,
    "tel": _read_number,
}
