"""The HTML of posts as text, and text that mentions nobody. Pure."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import unquote

MAX_HTML = 100_000  # characters that are looked at
BLOCKS = frozenset({"p", "div", "ul", "ol", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6"})
UNSEEN = frozenset({"script", "style", "template"})
# A tag ends before the next one begins: so reading takes time in proportion to the length.
TAG = re.compile(
    r"""<(?P<closes>/?)(?P<name>[A-Za-z][A-Za-z0-9]*)(?:[^<>"']|"[^"<]*"|'[^'<]*')*+>|<[!?][^<>]*>"""
)
HREF = re.compile(r"""\shref\s*=\s*(?P<quote>["'])(?P<address>[^"'<]*)(?P=quote)""", re.IGNORECASE)
CLASS = re.compile(r"""\sclass\s*=\s*(?P<quote>["'])(?P<names>[^"'<]*)(?P=quote)""", re.IGNORECASE)
MAX_ADDRESS = 2_000
NAME = re.compile(r"@[\w.-]+(?:@[\w.-]+)?")
LEADING_NAMES = re.compile(rf"(?:{NAME.pattern}[\s,:;]*)+")
# Where Mastodon sees a mention: not after a word, a slash or an equals sign, as in addresses.
MENTION = re.compile(r"(?<![\w/=])@(?=\w)")
ZERO_WIDTH_SPACE = "\u200b"


def read_html(html: str) -> str:
    """Return what a post says: a paragraph, a line or a list item each on a line of its own.

    Servers send well-formed HTML of few tags. Mastodon hides the ends of long links by spans, so all text is
    taken: a link's text is its address, and where other servers write something else, the address is added.
    Python's own parser is not used: what no server should send costs it
    minutes, or makes it raise.
    """
    said: list[str] = []
    unseen, end = 0, 0
    address, begun = "", 0
    html = html[:MAX_HTML]
    for tag in TAG.finditer(html):
        if not unseen:
            said.append(read_words(html[end : tag.start()]))
        end = tag.end()
        name, closes = (tag["name"] or "").lower(), bool(tag["closes"])
        if name in UNSEEN:
            unseen = max(unseen + (-1 if closes else 1), 0)
        if name == "a" and closes:
            said[begun:] = [show_link("".join(said[begun:]), address)]
        if name == "a":
            address, begun = "" if closes else find_address(tag[0]), len(said)
        said.append(find_break(name, closes=closes))
    if not unseen:
        said.append(read_words(html[end:]))
    lines = (" ".join(line.split()) for line in "".join(said).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def find_address(tag: str) -> str:
    """Return where a link leads, empty for a mention or a hashtag, and for what is no address of the web."""
    found, kind = HREF.search(tag), CLASS.search(tag)
    address = unescape(found["address"]) if found else ""
    if kind and {"mention", "hashtag"} & set(kind["names"].lower().split()):
        return ""
    return address if address.startswith(("https://", "http://")) and len(address) <= MAX_ADDRESS else ""


def show_link(text: str, address: str) -> str:
    """Return a link's words with the address behind them, or that alone where they are its beginning."""
    words = text.strip()
    if not address or not words or words[0] in "@#" or strip_address(words) == strip_address(address):
        return text
    short = strip_address(words).rstrip(".\N{HORIZONTAL ELLIPSIS}")
    if words.endswith(("...", "\N{HORIZONTAL ELLIPSIS}")) and strip_address(address).startswith(short):
        return address
    return f"{text} ({address})"


def strip_address(text: str) -> str:
    """Return an address as people compare it."""
    plain = unquote(text).removeprefix("https://").removeprefix("http://")
    return plain.removeprefix("www.").rstrip("/").lower()


def read_words(html: str) -> str:
    """Return the words between two tags, where a line's end is only a blank."""
    return unescape(html.replace("\n", " "))


def find_break(name: str, *, closes: bool) -> str:
    """Return what a tag puts between words."""
    if name in BLOCKS:
        return "\n\n"
    if closes:
        return ""
    return {"br": "\n", "li": "\n• "}.get(name, "")


def drop_names(text: str, names: frozenset[str]) -> str:
    """Return a text without those of `names` (`@lyra`, in small letters) that it begins with.

    A reply begins with the names of all whom it is for. One that holds nothing else stays as it is.
    """
    block = LEADING_NAMES.match(text)
    if block is None:
        return text
    others = [name for name in NAME.findall(block[0]) if name.lower() not in names]
    rest = text[block.end() :]
    return " ".join([*others, rest]).strip() if rest else text


def mention_nobody(text: str) -> str:
    """Return a text in which no `@name` reaches anybody: a mention would show a private post to them."""
    return MENTION.sub(f"@{ZERO_WIDTH_SPACE}", text)
