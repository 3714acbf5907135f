"""Files of ours as Telegram takes them: as a photo, a voice message, a document, several as one album. Pure.

They are uploaded, whoever could fetch them: what Telegram fetches itself may be half as large, and no
document but a PDF or ZIP. Sources:
https://core.telegram.org/bots/api#sending-files https://core.telegram.org/bots/api#sendmediagroup
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from telegram.constants import FileSizeLimit, MediaGroupLimit

from bot.connector import FileRule, OutboundFile

FILE_MAX, PHOTO_MAX = FileSizeLimit.FILESIZE_UPLOAD.value, FileSizeLimit.PHOTOSIZE_UPLOAD.value
FILE_RULES: Mapping[str, FileRule] = {
    kind: FileRule(most=FILE_MAX) for kind in ("image", "audio", "video", "file")
}
ALBUM_MAX = MediaGroupLimit.MAX_MEDIA_LENGTH.value  # files
DOCUMENT = "document"
METHODS: Mapping[str, str] = {
    "photo": "sendPhoto",
    "animation": "sendAnimation",
    "video": "sendVideo",
    "audio": "sendAudio",
    "voice": "sendVoice",
    DOCUMENT: "sendDocument",
}
# What Telegram shows as what; of other formats it says that they may be sent as documents.
TYPES: Mapping[str, Mapping[str, str]] = {
    "image": {
        "image/jpeg": "photo",
        "image/png": "photo",
        "image/webp": "photo",
        "image/gif": "animation",
    },
    "video": {"video/mp4": "video"},
    "audio": {
        "audio/mpeg": "audio",
        "audio/mp4": "audio",
        "audio/x-m4a": "audio",
        "audio/ogg": "voice",
        "audio/opus": "voice",
    },
}
# Which types may stand in one album; the others stand alone.
ALBUMS: Mapping[str, str] = {"photo": "seen", "video": "seen", "audio": "heard", DOCUMENT: DOCUMENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file, and as what it goes."""

    type: str
    file: OutboundFile


def sort_files(files: Iterable[OutboundFile]) -> tuple[list[list[Upload]], list[OutboundFile]]:
    """Part files into messages and albums, in order, and those that Telegram does not take.

    An album is held in memory while it leaves, so it is not larger than one file may be.
    """
    groups: list[list[Upload]] = []
    refused: list[OutboundFile] = []
    for file in files:
        chosen = choose_type(file)
        if chosen is None:
            refused.append(file)
            continue
        upload = Upload(type=chosen, file=file)
        if groups and goes_with(upload, groups[-1]):
            groups[-1].append(upload)
        else:
            groups.append([upload])
    return groups, refused


def choose_type(file: OutboundFile) -> str | None:
    """Return as what a file goes; None for one that is empty, or too large for bots."""
    if not 0 < file.size <= FILE_MAX:
        return None
    mime = file.mime.partition(";")[0].strip().lower()
    chosen = TYPES.get(file.kind, {}).get(mime, DOCUMENT)
    return DOCUMENT if chosen == "photo" and file.size > PHOTO_MAX else chosen


def goes_with(upload: Upload, group: list[Upload]) -> bool:
    """Tell whether a file may join an album."""
    album = ALBUMS.get(upload.type)
    size = upload.file.size + sum(each.file.size for each in group)
    return (
        album is not None
        and album == ALBUMS.get(group[0].type)
        and len(group) < ALBUM_MAX
        and size <= FILE_MAX
    )
