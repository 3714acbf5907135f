"""The files of Messenger's and Instagram's messages: what they are, and where they lie. Pure.

Sources: https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events/messages
https://developers.facebook.com/docs/instagram-platform/webhooks/examples/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from bot.connector.fields import MAX_ID
from bot.connector.media import MediaAddress
from bot.connector.meta.fields import get_id, get_list, get_object, get_text, get_url
from bot.connector.meta.words import list_cards
from bot.domain.json import Json, JsonObject
from bot.domain.message import Attachment
from bot.errors import MediaGone, MediaRefused

# Where Meta keeps what people send. Links that people share lead anywhere, and are not fetched.
HOSTS = frozenset({"*.fbcdn.net", "*.fbsbx.com", "*.cdninstagram.com", "*.facebook.com", "*.instagram.com"})
# A story belongs to whoever told it: it may be shown from where it lies, and not be kept.
# https://developers.facebook.com/docs/messenger-platform/instagram/features/story-mention
# Their references begin with `story:`, as those of links with `link:`: there is nothing to fetch.
STORIES = frozenset({"story", "story_mention", "ig_story"})
LINKS = frozenset({"fallback"})
HEART, HEART_SHOWN = (
    "like_heart",
    "\N{HEAVY BLACK HEART}\N{VARIATION SELECTOR-16}",
)  # a sticker without a picture
DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,20})?")  # other people's servers write them as strings
MAX_DEGREES = 180
PAGE = re.compile(r"/[A-Za-z][A-Za-z0-9._-]*/[A-Za-z0-9._/-]+")
FILES = frozenset({"image", "video", "audio", "file", "sticker", "ig_reel", "reel", "ig_post", "share"})


def read_attachments(items: Iterable[Json]) -> tuple[Attachment, ...]:
    """Return what can be referred to. Stickers and shared posts keep Meta's word as their kind.

    Instagram tells some shared posts twice, under two words: the first is kept.
    """
    found = (read_attachment(item) for item in items if isinstance(item, Mapping))
    by_ref: dict[str, Attachment] = {}
    for each in found:
        if each is not None:
            by_ref.setdefault(each.ref, each)
    return tuple(by_ref.values())


def read_attachment(item: JsonObject) -> Attachment | None:
    """Return one attachment, None where nothing leads to it."""
    payload = get_object(item, "payload")
    kind = get_text(item, "type", limit=40) or "file"
    name = get_text(payload, "title", limit=MAX_ID) or get_text(item, "title", limit=MAX_ID) or None
    sticker = get_id(payload, "sticker_id") or (kind if kind == HEART else "")
    if sticker:
        kind = "sticker"
    ref = read_place(payload) or read_address(kind, payload, item)
    if not ref and sticker:
        ref = f"sticker:{sticker}"
    if not ref and get_object(payload, "product"):
        return read_product(get_object(payload, "product"))
    if not ref and (cards := list_cards(payload)):
        return read_card(cards[0])
    return (
        Attachment(kind=kind, ref=ref, name=name or (HEART_SHOWN if sticker == HEART else None))
        if ref
        else None
    )


def read_address(kind: str, payload: JsonObject, item: JsonObject) -> str:
    """Return a reference to where something lies, empty where Meta does not say.

    A shared story has a word of its own for it, links once had theirs in capitals, and a reel of Facebook's
    is told by its place on that site.
    """
    places = ((payload, "story_media_url"), (payload, "url"), (item, "url"), (item, "URL"))
    url = next(filter(None, (get_url(place, name) for place, name in places)), "")
    page = PAGE.fullmatch(get_text(payload, "url", limit=MAX_ID))
    return refer(kind, url) if url else f"link:https://www.facebook.com{page[0]}" if page else ""


def refer(kind: str, url: str) -> str:
    """Return the reference of something at an address."""
    return f"story:{url}" if kind in STORIES else f"link:{url}" if kind in LINKS else url


def read_product(product: JsonObject) -> Attachment | None:
    """Return a product of the brand's catalogue that somebody asks about, by its number there."""
    element = next((each for each in get_list(product, "elements") if isinstance(each, Mapping)), product)
    number = get_id(element, "retailer_id") or get_id(element, "id")
    name = get_text(element, "title", limit=MAX_ID) or None
    return Attachment(kind="product", ref=f"product:{number}", name=name) if number else None


def read_card(card: JsonObject) -> Attachment | None:
    """Return a card that was shared as a link, with its title; None where it leads nowhere."""
    places = ((get_object(card, "default_action"), "url"), (card, "item_url"), (card, "url"))
    url = next(filter(None, (get_url(place, name) for place, name in places)), "")
    name = get_text(card, "title", limit=MAX_ID) or None
    return Attachment(kind="fallback", ref=refer("fallback", url), name=name) if url else None


def read_place(payload: JsonObject) -> str:
    """Return where a sent place is, as a `geo:` address; empty where it says nothing."""
    coordinates = get_object(payload, "coordinates")
    degrees = [read_degrees(coordinates.get(name)) for name in ("lat", "long")]
    known = [each for each in degrees if each is not None]
    return "geo:" + ",".join(f"{each:f}" for each in known) if len(known) == len(degrees) else ""


def read_degrees(value: Json) -> float | None:
    """Return degrees, which may be written as a string; None for what are none."""
    if isinstance(value, str) and DEGREES.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= MAX_DEGREES else None


def read_story(reply_to: JsonObject) -> tuple[Attachment, ...]:
    """Return the story that a message answers."""
    url = get_url(get_object(reply_to, "story"), "url")
    return (Attachment(kind="story", ref=refer("story", url)),) if url else ()


def locate_file(attachment: Attachment, *, extra_host: str = "") -> MediaAddress:
    """Return where a file lies: its `ref` is Meta's own address, which expires after days.

    `extra_host` is one more host that files may lie on, perhaps in our own network. Raises `MediaRefused`
    for stories and for what people only link to, `MediaGone` for what has no address.
    """
    if attachment.kind in STORIES:
        raise MediaRefused("a story may be looked at where it lies, and not be kept")
    if attachment.kind not in FILES:
        raise MediaRefused(f"{attachment.kind} is no file")
    try:
        host = urlsplit(attachment.ref).hostname or ""
    except ValueError:
        host = ""
    if not host:
        raise MediaGone("this file has no address")
    hosts = HOSTS | ({extra_host} if extra_host else frozenset())
    if not any(host == each or (each[0] == "*" and host.endswith(each[1:])) for each in hosts):
        raise MediaRefused("this file does not lie with Meta")
    return MediaAddress(url=attachment.ref, hosts=hosts, allow_internal=host == extra_host)
