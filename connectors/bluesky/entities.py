"""Parts of Bluesky's records in our words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from bot.connector.fields import MAX_ID, MAX_TEXT
from bot.connector.text import clean_text
from bot.domain.contact import Handle
from bot.domain.json import Json, JsonObject
from bot.domain.message import Attachment, Content
from connectors.bluesky.records import POST, make_web_address, split_uri

IMAGES, VIDEO = "app.bsky.embed.images", "app.bsky.embed.video"
SHARED, WITH_MEDIA = "app.bsky.embed.record", "app.bsky.embed.recordWithMedia"
CARD = "app.bsky.embed.external"
MAX_ADDRESS = 2_000
IMAGE_HOST, VIDEO_HOST = "cdn.bsky.app", "video.bsky.app"
MAX_FILES = 32
BOT = "bot"  # what accounts of machines label themselves with


def read_post(record: JsonObject, author: str) -> Content:
    """Return text and files of a post. A link that is shown as a card is a line, unless the words hold it."""
    words, card = read_words(record), find_card(record.get("embed"))
    text = "\n".join(part for part in (words, "" if card in words else card) if part)
    return Content(
        text=text[:MAX_TEXT], attachments=tuple(read_media(record.get("embed"), author)[:MAX_FILES])
    )


def find_card(embed: Json) -> str:
    """Return where a card under a post leads, empty where there is none."""
    if not isinstance(embed, Mapping):
        return ""
    if embed.get("$type") == WITH_MEDIA:
        return find_card(embed.get("media"))
    card = embed.get("external") if embed.get("$type") == CARD else None
    return read_address(card.get("uri")) if isinstance(card, Mapping) else ""


def read_words(record: JsonObject) -> str:
    """Return a text with the addresses that stand behind its words; they are counted in bytes of UTF-8."""
    raw = take_text(record.get("text"), limit=MAX_TEXT).encode()
    for begin, end, address in sorted(list_links(record.get("facets")), reverse=True):
        shown = raw[begin:end].decode(errors="replace")
        if not 0 <= begin < end <= len(raw) or shorten(shown) == shorten(address):
            continue
        start = shorten(shown.rstrip(".\N{HORIZONTAL ELLIPSIS}"))
        cut = shown.endswith(("...", "\N{HORIZONTAL ELLIPSIS}")) and shorten(address).startswith(start)
        raw = raw[: begin if cut else end] + (address if cut else f" ({address})").encode() + raw[end:]
    return raw.decode(errors="replace")[:MAX_TEXT].strip()


def list_links(facets: Json) -> list[tuple[int, int, str]]:
    """Return where in a text links begin and end, and where they lead."""
    found: list[tuple[int, int, str]] = []
    for facet in (facets if isinstance(facets, list) else [])[:MAX_FILES]:
        index = facet.get("index") if isinstance(facet, Mapping) else None
        features = facet.get("features") if isinstance(facet, Mapping) else None
        for feature in features if isinstance(features, list) else []:
            address = read_address(feature.get("uri")) if isinstance(feature, Mapping) else ""
            match index:
                case {"byteStart": int(begin), "byteEnd": int(end)} if address:
                    found.append((begin, end, address))
                case _:
                    pass
    return found


def read_address(value: Json) -> str:
    """Return an address of the web, empty for anything else."""
    fits = isinstance(value, str) and len(value) <= MAX_ADDRESS and value.startswith(("https://", "http://"))
    return clean_text(value) if fits and isinstance(value, str) else ""


def shorten(address: str) -> str:
    """Return an address as people compare it."""
    return address.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/").lower()


def read_media(embed: Json, author: str) -> list[Attachment]:
    """Return what hangs on a post: images and films, and the post that it quotes."""
    if not isinstance(embed, Mapping):
        return []
    kind = embed.get("$type")
    if kind == WITH_MEDIA:
        return [*read_media(embed.get("media"), author), *read_shared(embed.get("record"))]
    if kind == SHARED:
        return read_shared(embed)
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


def read_shared(embed: Json) -> list[Attachment]:
    """Return the post that is quoted or passed on, by its address; lists and feeds have no words."""
    record = embed.get("record") if isinstance(embed, Mapping) else None
    uri = record.get("uri") if isinstance(record, Mapping) else None
    try:
        address = make_web_address(uri) if isinstance(uri, str) and split_uri(uri)[1] == POST else ""
    except ValueError:
        return []
    return [Attachment(kind="post", ref=f"link:{address}", name=address)] if address else []


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
    return Content(text=read_words(message), attachments=tuple(read_shared(message.get("embed"))))


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
