"""The HTML of posts as text, and text that mentions nobody. Pure."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from typing_extensions import override

MAX_HTML = 100_000  # characters that are looked at
BLOCKS = frozenset({"p", "div", "ul", "ol", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6"})
UNSEEN = frozenset({"script", "style", "template"})
NAME = re.compile(r"@[\w.-]+(?:@[\w.-]+)?")
LEADING_NAMES = re.compile(rf"(?:{NAME.pattern}[\s,:;]*)+")
# Where Mastodon sees a mention: not after a word, a slash or an equals sign, as in addresses.
MENTION = re.compile(r"(?<![\w/=])@(?=\w)")
ZERO_WIDTH_SPACE = "\u200b"


def read_html(html: str) -> str:
    """Return what a post says: a paragraph, a line or a list item each on a line of its own.

    Mastodon hides the ends of long links by spans, so all text is taken: a link's text is its address.
    """
    reader = _Reader()
    reader.feed(html[:MAX_HTML])
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.said).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    """Collects text. Anything is HTML to it: it never raises."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._unseen = 0

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN:
            self._unseen += 1
        elif tag == "br":
            self.said.append("\n")
        elif tag == "li":
            self.said.append("\n• ")
        elif tag in BLOCKS:
            self.said.append("\n\n")

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self._unseen = max(self._unseen - 1, 0)
        elif tag in BLOCKS:
            self.said.append("\n\n")

    @override
    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.said.append(" ".join(data.split("\n")))


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
