"""Which of our files Mastodon takes. Pure.

Types and sizes are those of Mastodon 4; a server may take less, and says so when a file is uploaded. Sources:
https://docs.joinmastodon.org/user/posting/#attachments and what mastodon.social tells of itself
(`configuration.media_attachments` of https://docs.joinmastodon.org/entities/Instance/).
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.connector import FileRule, OutboundFile

IMAGE_MAX, FILM_MAX = 16 * 1024 * 1024, 99 * 1024 * 1024  # bytes; sounds count as films
IMAGES = frozenset({"jpeg", "png", "gif", "webp", "heic", "heif", "avif"})
SOUNDS = frozenset({"mpeg", "ogg", "mp4", "aac", "wav", "webm", "flac"})
FILMS = frozenset({"mp4", "webm", "quicktime", "ogg"})
FILE_RULES: Mapping[str, FileRule] = {
    "image": FileRule(mimes=frozenset(f"image/{each}" for each in IMAGES), most=IMAGE_MAX),
    "audio": FileRule(mimes=frozenset(f"audio/{each}" for each in SOUNDS), most=FILM_MAX),
    "video": FileRule(mimes=frozenset(f"video/{each}" for each in FILMS), most=FILM_MAX),
}


def is_uploaded(file: OutboundFile) -> bool:
    """Tell whether a file becomes part of a post; the others are named in it."""
    rule = FILE_RULES.get(file.kind)
    mime = file.mime.partition(";")[0].strip().lower()
    return rule is not None and mime in rule.mimes and file.size <= rule.most
