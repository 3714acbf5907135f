"""HTML of mails as text: its words, its lines, its lists; what it quotes is marked with `>`. Pure."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

from typing_extensions import override

from connectors.email.links import drop_marks, find_address, make_mark
from connectors.email.tags import tame

MAX_HTML = 400_000  # characters that are looked at
MAX_OPEN = 500  # elements within each other that are kept in mind
REACH = 30  # how far out an end tag is looked for: others belong to nothing
HIDDEN = frozenset({"style", "script", "head", "title", "template"})
NAMES = frozenset({"class", "id", "name"})
BLOCKS = frozenset(
    {"p", "div", "tr", "table", "ul", "ol", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "hr"}
)
CELLS = frozenset({"td", "th"})
BODY = BLOCKS | {"body", "span", "br", "a", "font", "center"}
VOID = frozenset({"br", "hr", "img", "meta", "link", "input", "col", "wbr", "base", "area"})
# Where programs put the mail they answer: by class, id or name of the element that holds it.
QUOTES = re.compile(
    r"\b(gmail_quote|gmail_quote_container|yahoo_quoted|moz-cite-prefix|protonmail_quote|appendonsend"
    r"|divrplyfwdmsg|mail-editor-reference-message-container|ms-outlook-mobile-reference-message"
    r"|ymail_android_signature|zmail_extra|tutanota_quote|messagereplysection)\b",
    re.IGNORECASE,
)
# Where programs put the sender's signature.
SIGNED = frozenset(
    {
        "gmail_signature_prefix",
        "gmail_signature",
        "moz-signature",
        "protonmail_signature_block",
        "ms-outlook-mobile-signature",
        "applemailsignature",
        "signature",  # Outlook, on the web
    }
)
# Outlook puts the quoted mail behind this element rather than into it.
QUOTE_BEGINS = re.compile(r"\b(appendonsend|divrplyfwdmsg|moz-cite-prefix)\b", re.IGNORECASE)
UNSEEN = re.compile(r"display:none|visibility:hidden|font-size:0(?![.\d])|mso-hide:all")
_BLANKS = re.compile(r"[ \t\r\n\f\u00a0]+")
_MANY_LINES = re.compile(r"\n{3,}")


class Reader(HTMLParser):
    """Collects text. `own` is what stands outside quotes and signatures, `text` everything that is shown.

    In both, marks stand for the `addresses` of links: see `links`.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.own: list[str] = []
        self.text: list[str] = []
        self.addresses: list[str] = []
        self._link: tuple[str, int] | None = None  # the open one: where it leads, and where its words begin
        self._open: list[tuple[str, bool, bool]] = []  # elements: which, whether hidden, whether a quote
        self._hidden = self._quotes = 0  # open ones
        self._within: Counter[str] = Counter()  # of elements that change how text is read
        self._rest_is_quoted = False

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = " ".join(value or "" for name, value in attrs if name in NAMES)
        if QUOTE_BEGINS.search(names):
            self._rest_is_quoted = True
        if tag in BODY:
            self._leave_head()
        if tag in BLOCKS or tag in {"br", "li"}:
            self._add("\n")
        if tag in CELLS:
            self._add(" ")
        if tag == "li":
            self._add("- ")
        if tag in VOID or len(self._open) >= MAX_OPEN:
            return
        hidden = tag in HIDDEN or is_hidden(attrs)
        quoted = bool(QUOTES.search(names)) or not SIGNED.isdisjoint(names.lower().split())
        quoted = quoted or (tag == "blockquote" and is_cited(attrs))
        if tag == "a":
            self._begin_link(attrs)
        self._open.append((tag, hidden, quoted))
        self._within[tag] += tag in {"head", "pre"}
        self._hidden += hidden
        self._quotes += quoted

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS:
            self._add("\n")
        if any(each[0] == tag for each in self._open[-REACH:]):
            self._close(tag)

    @override
    def handle_data(self, data: str) -> None:
        self._add(data if self._within["pre"] else _BLANKS.sub(" ", data))

    @override
    def close(self) -> None:
        super().close()
        self._end_link()

    def _begin_link(self, attrs: list[tuple[str, str | None]]) -> None:
        self._end_link()
        href = next((value for name, value in attrs if name == "href" and value), None)
        self._link = (href, len(self.text)) if href else None

    def _end_link(self) -> None:
        """Mark where an address belongs."""
        if self._link is None:
            return
        (href, begin), self._link = self._link, None
        address = find_address(href, "".join(self.text[begin:]))
        if address:
            self._add(make_mark(len(self.addresses)))
            self.addresses.append(address)

    def _leave_head(self) -> None:
        """Close a head that nobody closed: what is shown cannot stand in it."""
        if self._within["head"]:
            self._close("head")

    def _close(self, tag: str) -> None:
        """Close the innermost element of a kind, and what was left open in it."""
        closed = ""
        while closed != tag:
            if self._open[-1][0] == "a":
                self._end_link()
            closed, hidden, quoted = self._open.pop()
            self._hidden -= hidden
            self._quotes -= quoted
            self._within[closed] -= closed in {"head", "pre"}

    def _add(self, text: str) -> None:
        if self._hidden:
            return
        self.text.append(text)
        if not self._quotes and not self._rest_is_quoted:
            self.own.append(text)


def is_hidden(attrs: list[tuple[str, str | None]]) -> bool:
    """Tell whether an element is not shown: the preview texts of newsletters, words for machines alone."""
    style = "".join((value or "") for name, value in attrs if name == "style").replace(" ", "").lower()
    return any(name == "hidden" for name, _ in attrs) or UNSEEN.search(style) is not None


def is_cited(attrs: list[tuple[str, str | None]]) -> bool:
    """Tell whether a blockquote is an answered mail, and not a paragraph set in."""
    return any(name == "type" and (value or "").lower() == "cite" for name, value in attrs)


def read_markup(html: str) -> tuple[str, str, list[str]]:
    """Return the text outside of quotes and signature, the whole text, and the addresses of its links."""
    reader = Reader()
    try:
        reader.feed(tame(drop_marks(html[:MAX_HTML])))
        reader.close()
    except (AssertionError, ValueError):  # the parser's answer to some broken declarations
        pass
    return smooth("".join(reader.own)), smooth("".join(reader.text)), reader.addresses


def smooth(text: str) -> str:
    """Drop blanks at the ends of lines, and empty lines beyond one."""
    lines = (line.strip() for line in text.split("\n"))
    return _MANY_LINES.sub("\n\n", "\n".join(lines)).strip()
