"""Files in what Rasa's clients write, our addition: `attachments: [{url | content, name?, mime?}]`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from bot.connector.egress import find_url_problem
from bot.connector.fields import MAX_ID, read_optional_text
from bot.connector.media import INLINE
from bot.domain.media import OUTGOING
from bot.domain.message import Attachment
from bot.errors import BadPayload

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.json import Json, JsonObject
    from bot.domain.message import Content

MOST = 10  # files of one message
_MAX_URL = 2_000
_MAX_CONTENT = 1_000_000  # characters of base64: a body is no larger
_SHOWN = {"image", "audio", "video"}


def read_attachments(data: JsonObject) -> tuple[Attachment, ...]:
    """Return the files of a message. Raises `BadPayload`."""
    given = data.get("attachments")
    if given is None:
        return ()
    if not isinstance(given, list) or len(given) > MOST:
        raise BadPayload(f"`attachments` must be a list of at most {MOST}")
    return tuple(_read(number, each) for number, each in enumerate(given))


def _read(number: int, given: Json) -> Attachment:
    if not isinstance(given, Mapping):
        raise BadPayload("`attachments` must hold objects")
    url = read_optional_text(given, "url", limit=_MAX_URL)
    content = read_optional_text(given, "content", limit=_MAX_CONTENT)
    if (url is None) == (content is None):
        raise BadPayload(f"attachment {number + 1} needs a `url`, or its `content` in base64")
    mime = read_optional_text(given, "mime", limit=MAX_ID)
    kind = (mime or "").partition("/")[0]
    return Attachment(
        kind=kind if kind in _SHOWN else "file",
        ref=_check_url(number, url) if url is not None else f"{INLINE}{content}",
        mime=mime,
        name=read_optional_text(given, "name", limit=MAX_ID) or (_name_of(url) if url else None),
    )


def _check_url(number: int, url: str) -> str:
    problem = find_url_problem(url, allow_internal=False)
    if problem is None and urlsplit(url).scheme != "https":
        problem = "must begin with https://"
    if problem is not None:
        raise BadPayload(f"the `url` of attachment {number + 1} {problem}")
    return url


def _name_of(url: str) -> str | None:
    last = unquote(urlsplit(url).path).rpartition("/")[2]
    return last if last.isprintable() and 0 < len(last) <= MAX_ID else None


def with_addresses(content: Content, urls: Sequence[str]) -> Content:
    """Return content with files of ours under the addresses where they can be fetched, in their order."""
    left = list(urls)
    shown = tuple(
        replace(each, ref=left.pop(0)) if each.ref.startswith(OUTGOING) and left else each
        for each in content.attachments
    )
    return replace(content, attachments=shown)
