"""Where files lie at Slack. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from bot.domain.json import Json

MEDIA_HOSTS = frozenset({"*.slack.com", "*.slack-edge.com", "*.slack-files.com"})


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
