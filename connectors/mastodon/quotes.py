"""The post that a post quotes, apart from its words. Pure.

Servers begin or end the words of such a post with a line for programs that know no quotes, in an element of
the class `quote-inline`: "RE:" and the address. https://docs.joinmastodon.org/entities/Quote/
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.domain.json import Json
from bot.domain.message import Attachment
from connectors.mastodon.plain_text import find_address

LONGEST = 3_000  # characters of such an element: reading takes time in proportion to the length
_OPENS = r"\s[^<>]{0,200}\bquote-inline\b[^<>]{0,200}>"
INLINE = re.compile(
    rf"<p{_OPENS}(?P<line>.{{0,{LONGEST}}}?)</p>|<span{_OPENS}(?P<end>.{{0,{LONGEST}}}?</a>\s{{0,9}})</span>",
    re.IGNORECASE | re.DOTALL,
)
LINK = re.compile(r"<a\s[^<>]*>", re.IGNORECASE)


def split_quote(html: str, quote: Json) -> tuple[str, Attachment | None]:
    """Return a post's HTML without such a line, and the quoted post, by its address.

    `quote` is what the post's entity says of it: Mastodon's own, or the post itself as other servers have it.
    """
    inline = INLINE.search(html)
    link = LINK.search(inline["line"] or inline["end"] or "") if inline else None
    address = find_quoted(quote) or (find_address(link[0]) if link else "")
    if not address:
        return html, None
    words = html[: inline.start()] + html[inline.end() :] if inline else html
    return words, Attachment(kind="post", ref=f"link:{address}", name=address)


def find_quoted(quote: Json) -> str:
    """Return the address of the quoted post, empty where it is not shown: taken back, or gone."""
    post = quote.get("quoted_status", quote) if isinstance(quote, Mapping) else None
    url = post.get("url") if isinstance(post, Mapping) else None
    return url if isinstance(url, str) and is_address(url) else ""


def is_address(url: str) -> bool:
    """Tell whether a link leads to a page that can be shown."""
    return url.startswith(("https://", "http://")) and len(url) <= LONGEST and url.isprintable()
