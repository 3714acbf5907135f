"""Parts of Bluesky's records in our words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from bot.connector.fields import MAX_ID, MAX_TEXT
from bot.connector.text import clean_text
from bot.domain.contact import Handle
from bot.domain.json import Json, JsonObject
from bot.domain.message import Attachment, Content
from connectors.bluesky.records import make_web_address

IMAGES, VIDEO = "app.bsky.embed.images", "app.bsky.embed.video"
SHARED, WITH_MEDIA = "app.bsky.embed.record", "app.bsky.embed.recordWithMedia"
IMAGE_HOST, VIDEO_HOST = "cdn.bsky.app", "video.bsky.app"
MAX_FILES = 32
BOT = "bot"  # what accounts of machines label themselves with


def read_post(record: JsonObject, author: str) -> Content:
    """Return text and files of a post."""
    return Content(
        text=take_text(record.get("text"), limit=MAX_TEXT).strip(),
        attachments=tuple(read_media(record.get("embed"), author)[:MAX_FILES]),
    )


def read_media(embed: Json, author: str) -> list[Attachment]:
    """Return what hangs on a post: images and films. Links and quoted posts stand for themselves."""
    if not isinstance(embed, Mapping):
        return []
    kind = embed.get("$type")
    if kind == WITH_MEDIA:
        return read_media(embed.get("media"), author)
    if kind == VIDEO:
        found = read_blob(embed.get("video"), embed.get("alt"), author, VIDEO)
        return [found] if found else []
    images = embed.get("images") if kind == IMAGES else None
    files = (
        read_blob(each.get("image"), each.get("alt"), author, IMAGES)
        for each in (images if isinstance(images, list) else [])
        if isinstance(each, Mapping)
    )
    return [file for file in files if file]


def read_blob(blob: Json, alt: Json, author: str, kind: str) -> Attachment | None:
    """Return a file, None where it has no address."""
    if not isinstance(blob, Mapping):
        return None
    ref, size = blob.get("ref"), blob.get("size")
    cid = ref.get("$link") if isinstance(ref, Mapping) else None
    if not isinstance(cid, str) or not cid.isalnum() or len(cid) > MAX_ID:
        return None
    image = f"https://{IMAGE_HOST}/img/feed_fullsize/plain/{author}/{cid}@jpeg"
    film = f"https://{VIDEO_HOST}/watch/{author}/{cid}/playlist.m3u8"
    return Attachment(
        kind="image" if kind == IMAGES else "video",
        ref=image if kind == IMAGES else film,
        name=take_text(alt, limit=MAX_ID) or None,
        size=size if isinstance(size, int) and 0 <= size < 2**53 else None,
    )


def read_direct(message: JsonObject) -> Content:
    """Return text of a direct message, and the post that is shared in it."""
    embed = message.get("embed")
    record = embed.get("record") if isinstance(embed, Mapping) else None
    uri = record.get("uri") if isinstance(record, Mapping) else None
    shared: tuple[Attachment, ...] = ()
    if isinstance(uri, str):
        shared = (Attachment(kind="post", ref=make_web_address(uri)),)
    return Content(text=take_text(message.get("text"), limit=MAX_TEXT).strip(), attachments=shared)


def read_person(profile: JsonObject, langs: Json = None) -> Handle:
    """Return an account as it shows itself. Its `did` is the same for ever, its names are not."""
    handle = take_text(profile.get("handle"), limit=MAX_ID)
    lang = langs[0] if isinstance(langs, list) and langs else None
    return Handle(
        native_id=take_did(profile.get("did")),
        name=take_text(profile.get("displayName"), limit=MAX_ID) or handle or None,
        username=handle or None,
        locale=take_text(lang, limit=MAX_ID) or None,
    )


def is_machine(profile: JsonObject) -> bool:
    """Tell whether an account says of itself that it is a bot's."""
    labels = profile.get("labels")
    return any(
        isinstance(each, Mapping) and each.get("val") == BOT and each.get("src") == profile.get("did")
        for each in (labels if isinstance(labels, list) else [])
    )


def find_profile(profiles: Json, did: str) -> JsonObject:
    """Return somebody's profile among those that come with a message; a bare one where it is not there."""
    for each in profiles if isinstance(profiles, list) else []:
        if isinstance(each, Mapping) and each.get("did") == did:
            return each
    return {"did": did}


def pick(data: JsonObject, name: str) -> JsonObject:
    """Return a required object. Raises TypeError for anything else."""
    value = data.get(name)
    if isinstance(value, Mapping):
        return value
    raise TypeError(f"{name} is no object")


def take_did(value: Json) -> str:
    """Return somebody's id. Raises TypeError for what is none."""
    did = take_id(value)
    if did.startswith("did:") and did.isprintable() and " " not in did:
        return did
    raise TypeError("not a did")


def take_id(value: Json) -> str:
    """Return an id. Raises TypeError for what is none."""
    if isinstance(value, str) and 0 < len(value) <= MAX_ID and clean_text(value) == value:
        return value
    raise TypeError("not an id")


def take_text(value: Json, *, limit: int) -> str:
    """Return a string we can keep, empty for null. Raises TypeError for anything else."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError("not a string")
    return clean_text(value[:limit])


def read_time(value: Json) -> datetime | None:
    """Return an ISO time in UTC, None for what is none."""
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
