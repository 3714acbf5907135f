"""Files that customers attach, in the shapes of both generations. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from bot.connector.fields import MAX_ID
from bot.domain.json import JsonObject
from bot.domain.message import Attachment
from connectors.x.reading import as_object, objects, take_text

KINDS = {"photo": "image", "video": "video", "animated_gif": "video"}
FILES_MAX = 10  # a post has four, a message one
URL_MAX = 1_000


def read_files(media: Iterable[JsonObject]) -> tuple[Attachment, ...]:
    """Return the files among `media`; `ref` is the address at X."""
    found = (read_file(item) for item in media)
    return tuple(file for file in found if file is not None)[:FILES_MAX]


def read_file(item: JsonObject) -> Attachment | None:
    """Return one file, None for what is none; of a video, the version with the most bits per second."""
    kind = KINDS.get(take_text(item.get("type")))
    versions = objects(item.get("variants")) or objects(as_object(item.get("video_info")).get("variants"))
    best = max(
        (v for v in versions if take_text(v.get("content_type")) == "video/mp4"), key=rate_of, default={}
    )
    names = ("url", "media_url_https", "preview_image_url") if kind == "image" else ()
    urls = [best.get("url"), *(item.get(name) for name in names), item.get("media_url_https")]
    url = next((url for url in (take_text(url, limit=URL_MAX) for url in urls) if is_file_address(url)), "")
    if kind is None or not url:
        return None
    mime = take_text(best.get("content_type"), limit=MAX_ID) or None
    return Attachment(kind=kind, ref=url, mime=mime, name=take_text(item.get("alt_text")) or None)


def is_file_address(url: str) -> bool:
    """Tell the address of a file from the short link that stands for it in the text."""
    return url.startswith("https://") and not url.startswith("https://t.co/")


def rate_of(version: JsonObject) -> int:
    """Return a version's bits per second, 0 where it does not say."""
    rate = version.get("bit_rate", version.get("bitrate"))
    return rate if isinstance(rate, int) else 0
