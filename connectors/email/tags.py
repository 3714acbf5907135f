"""HTML made harmless for the standard library's parser, which what never ends costs a square of time. Pure.

240 kB of `<a href='` cost it more than a minute. What is left here are tags that do end, without another one
in them, of bounded length; comments and declarations say nothing to people.
"""

from __future__ import annotations

from collections.abc import Iterator

LONGEST = 4_000  # characters of a tag; a longer one holds a picture, or is none


def tame(html: str) -> str:
    """Return HTML without comments, declarations and endless tags, in one pass."""
    return "".join(iterate_tamed(html))


def iterate_tamed(html: str) -> Iterator[str]:
    """Yield what stays."""
    at, closes = 0, -1  # `closes` is where the next > stands, the length where there is none any more
    while (begin := html.find("<", at)) >= 0:
        yield html[at:begin]
        if closes < begin:
            found = html.find(">", begin)
            closes = found if found >= 0 else len(html)
        if html.startswith("<!--", begin):
            end = html.find("-->", begin + 2)
            at = end + 3 if end >= 0 else len(html)
        elif html.startswith(("<!", "<?"), begin):
            at = closes + 1
        elif closes == len(html) or html.find("<", begin + 1, closes) >= 0:
            yield "&lt;"
            at = begin + 1
        else:
            at = closes + 1
            if at - begin <= LONGEST:
                yield html[begin:at]
    yield html[at:]
