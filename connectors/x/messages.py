"""Direct messages in: plain ones of both generations, and encrypted ones, which we cannot read. Pure.

A conversation's key is the other person's user id.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.connector import InboundEvent, Receipt, ReceiptState
from bot.domain.contact import Handle
from bot.domain.conversation import Surface
from bot.domain.json import JsonObject
from bot.domain.message import Attachment, Content, Kind
from connectors.x.media import read_files
from connectors.x.reading import (
    Me,
    as_list,
    as_object,
    expand_links,
    objects,
    read_person,
    take_id,
    take_text,
    take_time,
    take_words,
)

PAYLOAD_MAX = 1_000  # X's own limit
WRITTEN = "chat.received"  # other events of an encrypted chat tell that somebody joined it, or of us
ENCRYPTED = (
    "This person wrote in an encrypted chat, which this service cannot read. Answer in X's own app, or"
    " ask them in public to send an unencrypted message."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Direct:
    """A direct message of either generation. `app` is the id of what sent it, where X says.

    `payload` is that of a chosen quick reply, `start` the post or welcome message that the talk began with.
    """

    id: str
    sender: str
    recipient: str
    text: str
    files: tuple[Attachment, ...] = ()
    app: str = ""
    at: datetime | None = None
    payload: str = ""
    start: JsonObject = field(default_factory=dict)


def read_event(message: Direct, users: dict[str, JsonObject], blank: InboundEvent, me: Me) -> InboundEvent:
    """Say a direct message in our words.

    What the account sends is an echo, unless X says that our own app sent it: where X does not say,
    the service knows what left.
    """
    ours = message.sender == me.user_id
    person = message.recipient if ours else message.sender
    if not message.id or not person or me.user_id not in (message.sender, message.recipient):
        return blank
    content = Content(text=message.text, attachments=message.files)
    numbered = replace(blank, event_id=message.id, platform_at=message.at)
    if content == Content() or (ours and me.app_id and message.app == me.app_id):
        return numbered
    pressed = message.payload and not ours
    kind = Kind.POSTBACK if pressed else Kind.TEXT if message.text else Kind.MEDIA
    titled: JsonObject = {"title": message.text} if pressed and message.text else {}
    return replace(
        numbered,
        kind=Kind.ECHO if ours else kind,
        conversation_key=person,
        sender=read_person(users.get(person, {}), person),
        content=replace(content, text=message.payload) if pressed else content,
        metadata={} if ours else {**titled, **({"referral": message.start} if message.start else {})},
    )


def read_legacy_message(raw: JsonObject) -> Direct:
    """Read a `message_create` event, which both kinds of webhook bodies carry."""
    create = as_object(raw.get("message_create"))
    data = as_object(create.get("message_data"))
    attachment = as_object(data.get("attachment"))
    told = attachment.get("media")
    media = objects(told if isinstance(told, list) else [told])
    dropped = {take_text(item.get("url")) for item in media} - {""}
    return Direct(
        id=take_id(raw.get("id")),
        sender=take_id(create.get("sender_id")),
        recipient=take_id(as_object(create.get("target")).get("recipient_id")),
        text=expand_links(
            take_words(data.get("text")), objects(as_object(data.get("entities")).get("urls")), dropped
        ),
        files=(*read_files(media), *read_place(attachment)),
        app=take_id(create.get("source_app_id")),
        at=take_time(raw.get("created_timestamp")),
        payload=take_text(as_object(data.get("quick_reply_response")).get("metadata"), limit=PAYLOAD_MAX),
        start=read_start(as_object(raw.get("initiated_via"))),
    )


def read_start(via: JsonObject) -> JsonObject:
    """Return the post with a button, or the welcome message, that somebody came by."""
    told = {name: take_id(via.get(name)) for name in ("tweet_id", "welcome_message_id")}
    return {name: value for name, value in told.items() if value}


def read_place(attachment: JsonObject) -> tuple[Attachment, ...]:
    """Return a place that was shared: a point, or a town or shop by its middle and its name."""
    location = as_object(attachment.get("location"))
    shared = as_object(location.get("shared_coordinate"))
    place = as_object(as_object(location.get("shared_place")).get("place"))
    pair = as_list(as_object(shared.get("coordinates")).get("coordinates"))  # GeoJSON: longitude first
    names = dict.fromkeys(filter(None, (take_text(place.get("name")), take_text(place.get("full_name")))))
    match pair or as_list(place.get("centroid")):
        case [int() | float() as east, int() | float() as north] if abs(east) <= 180 and abs(north) <= 90:  # noqa: PLR2004 - degrees
            ref = f"geo:{north:f},{east:f}"
            return (Attachment(kind="location", ref=ref, name=", ".join(names) or None),)
        case _:
            return ()


def read_message(raw: JsonObject, includes: JsonObject, me: Me) -> Direct:
    """Read a message as polling gives it. Those of group chats have no recipient."""
    sender = take_id(raw.get("sender_id"))
    pair = take_text(raw.get("dm_conversation_id")).split("-")
    others = [each for each in pair if each != sender] if len(pair) == 2 and sender in pair else []  # noqa: PLR2004 - "A-B"
    keys = as_list(as_object(raw.get("attachments")).get("media_keys"))
    media = [item for item in objects(includes.get("media")) if item.get("media_key") in keys]
    links = objects(raw.get("urls")) or objects(as_object(raw.get("entities")).get("urls"))
    dropped = {take_text(url.get("url")) for url in links if url.get("media_key")}
    return Direct(
        id=take_id(raw.get("id")),
        sender=sender,
        recipient=take_id(*others) if me.user_id in pair else "",
        text=expand_links(take_words(raw.get("text")), links, dropped),
        files=read_files(media),
        at=take_time(raw.get("created_at")),
    )


def read_receipt(raw: JsonObject, blank: InboundEvent, me: Me) -> InboundEvent:
    """Read that a person has read our messages up to one."""
    person, last = take_id(raw.get("sender_id")), take_id(raw.get("last_read_event_id"))
    if not person or not last or person == me.user_id:
        return blank
    return replace(
        blank,
        event_id=f"read:{person}:{last}",
        kind=Kind.RECEIPT,
        conversation_key=person,
        sender=Handle(native_id=person),
        target_id=last,
        receipt=Receipt(state=ReceiptState.READ),
        platform_at=take_time(raw.get("created_timestamp")),
        metadata={},
    )


def read_encrypted(raw: JsonObject, blank: InboundEvent, me: Me) -> InboundEvent:
    """Say that somebody wrote what only keys of an encrypted chat can open, or did something there."""
    sender, chat_id = take_id(raw.get("sender_id")), take_id(raw.get("id"))
    if not sender or sender == me.user_id:
        return blank
    return replace(
        blank,
        event_id=f"chat:{chat_id}" if chat_id else blank.event_id,
        conversation_key=sender,
        sender=Handle(native_id=sender),
        surface=Surface.DIRECT,
        platform_at=take_time(raw.get("created_at_msec")),
        metadata={**blank.metadata, "encrypted": True, "note": ENCRYPTED},
        for_staff=blank.metadata.get("event") != WRITTEN,
    )
