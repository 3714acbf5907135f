"""Files that people send, and where they lie at Slack. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from bot.connector.fields import MAX_ID
from bot.domain.json import Json
from bot.domain.message import Attachment
from connectors.slack.place import take_id, take_text

FILES_MAX = 20
GONE = frozenset({"tombstone", "hidden_by_limit"})  # modes of files that are no more
KINDS = {"image": "photo", "audio": "audio", "video": "video"}  # by the first half of the MIME type
MEDIA_HOSTS = frozenset({"*.slack.com", "*.slack-edge.com", "*.slack-files.com"})


def read_files(files: Json) -> tuple[Attachment, ...]:
    """Return the files of a message."""
    shown = files[:FILES_MAX] if isinstance(files, list) else []
    return tuple(filter(None, map(read_file, shown)))


def read_file(file: Json) -> Attachment | None:
    """Return a file; `ref` is its id, as its address may change, or is not told at once."""
    if (
        not isinstance(file, Mapping)
        or not take_id(file.get("id"))
        or take_text(file.get("mode"), MAX_ID) in GONE
    ):
        return None
    mime, size = take_text(file.get("mimetype"), MAX_ID), file.get("size")
    return Attachment(
        kind=KINDS.get(mime.partition("/")[0], "document"),
        ref=take_id(file.get("id")),
        mime=mime or None,
        name=take_text(file.get("name"), MAX_ID) or None,
        size=size if isinstance(size, int) and not isinstance(size, bool) and 0 <= size < 2**53 else None,
    )


def find_address(result: Json) -> str | None:
    """Return the address of a file that lies at Slack itself, from an answer to `files.info`."""
    file = result.get("file") if isinstance(result, Mapping) else None
    if not isinstance(file, Mapping):
        return None
    found = (file.get("url_private_download"), file.get("url_private"))
    return next((url for url in found if isinstance(url, str) and is_slacks(url)), None)


def is_slacks(url: str) -> bool:
    """Tell whether an address may be given our token."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    host = parts.hostname or ""
    return parts.scheme == "https" and any(host.endswith(each.removeprefix("*")) for each in MEDIA_HOSTS)
