"""Telegram's updates in. Pure; replies out are in `render`.

Native ids of messages are `<chat>:<message>`. A conversation's key is `<chat>` in private, and
`<chat>:<person>` or `<chat>:<person>:<topic>` in a group, where everybody is answered apart. What
is not written to us there belongs to no conversation, and its words are not kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import telegram
from telegram.constants import ChatType

from bot.connector import AccountConfig, InboundEvent
from bot.connector.fields import MAX_ID, MAX_TEXT
from bot.connector.text import clean_text
from bot.domain.contact import Handle
from bot.domain.conversation import Surface
from bot.domain.json import Json, JsonObject
from bot.domain.message import Attachment, Content, Kind
from bot.errors import BadPayload
from connectors.telegram.address import Me, Voice, find_voice, is_person, read_words

CHANNEL = "telegram"
INTEGERS_BELOW = 2**63  # Telegram's ids fit 52 bits, PostgreSQL's 64
FILES = ("animation", "audio", "document", "sticker", "video", "video_note", "voice")
SURFACES: Mapping[str, Surface] = {
    ChatType.PRIVATE: Surface.DIRECT,
    ChatType.GROUP: Surface.GROUP,
    ChatType.SUPERGROUP: Surface.GROUP,
    ChatType.CHANNEL: Surface.PUBLIC,
}


def parse_body(body: bytes) -> JsonObject:
    """Read a webhook's body. Raises `BadPayload` unless it is an object with an `update_id`."""
    try:
        raw: Json = json.loads(body.decode(errors="replace"))
    except (ValueError, RecursionError) as error:
        raise BadPayload("the body is not JSON") from error
    if not isinstance(raw, Mapping):
        raise BadPayload("the body must be a JSON object")
    if get_update_id(raw) is None:
        raise BadPayload("`update_id` must be a number")
    return raw


def get_update_id(raw: Json) -> int | None:
    """Return the number of an update, None if `raw` is none."""
    try:
        return whole(raw.get("update_id") if isinstance(raw, Mapping) else None)
    except TypeError:
        return None


def parse_update(raw: JsonObject, account: AccountConfig, *, me: Me) -> InboundEvent:
    """Say an update in our words. One that cannot be read is `unsupported`: never an error.

    Telegram repeats what is refused and holds back everything behind it, so nothing is refused
    that has an `update_id`.
    """
    unsupported = InboundEvent(
        channel=CHANNEL,
        account=account.name,
        event_id=f"update:{get_update_id(raw)}",
        kind=Kind.UNSUPPORTED,
        conversation_key="",
        sender=Handle(native_id=""),
        metadata={"update": name_update(raw)},
    )
    try:
        return read_update(telegram.Update.de_json(dict(raw), None), unsupported, me)
    except Exception:  # noqa: BLE001 - python-telegram-bot builds from unchecked JSON: anything may be raised
        return unsupported


def name_update(raw: JsonObject) -> str:
    """Return the kind of an update in Telegram's words."""
    return take_text(next((name for name in raw if name != "update_id"), "empty"))


def read_update(update: telegram.Update, blank: InboundEvent, me: Me) -> InboundEvent:
    """Fill in `blank` from an update. Raises anything for one that makes no sense."""
    if update.message is not None:
        return read_message(update.message, blank, me)
    if update.edited_message is not None:
        edited = update.edited_message
        event = read_message(edited, blank, me)
        return replace(
            event,
            kind=event.kind if event.kind is Kind.UNSUPPORTED else Kind.EDIT,
            event_id=blank.event_id,  # two edits within a second share an edit_date
            revision=whole_seconds(edited.edit_date),
            target_id=event.event_id,
        )
    if update.callback_query is not None:
        return read_press(update.callback_query, blank, me)
    return blank


def read_message(message: telegram.Message, blank: InboundEvent, me: Me) -> InboundEvent:
    """Read what somebody wrote or sent to us, or an administrator to somebody; the rest stays `blank`."""
    numbered = replace(
        blank,
        event_id=f"{whole(message.chat.id)}:{whole(message.message_id)}",
        platform_at=message.date,
    )
    voice = find_voice(message, me)
    if voice is Voice.CONTACT and message.from_user is not None:
        return read_contact(message, message.from_user, numbered, me)
    return read_echo(message, numbered, me) if voice is Voice.BRAND else numbered


def read_contact(
    message: telegram.Message, person: telegram.User, blank: InboundEvent, me: Me
) -> InboundEvent:
    """Read a customer's message; service messages ("X joined") stay unsupported."""
    words, metadata = read_words(take_text(message.text or message.caption, limit=MAX_TEXT), me)
    attachments = read_attachments(message)
    kind = Kind.TEXT if words else Kind.MEDIA if attachments else Kind.UNSUPPORTED
    surface = SURFACES[message.chat.type]
    return replace(
        blank,
        kind=kind,
        conversation_key=make_key(message, person),
        sender=read_sender(person),
        content=Content(text=words, attachments=attachments),
        surface=surface,
        reply_context={} if surface is Surface.DIRECT else {"reply_to": message.message_id},
        metadata=blank.metadata if kind is Kind.UNSUPPORTED else metadata,
    )


def read_echo(message: telegram.Message, blank: InboundEvent, me: Me) -> InboundEvent:
    """Read the word of one of the brand's people: it belongs to the person whose message it answers.

    What they say to nobody in particular belongs to no conversation.
    """
    answered = message.reply_to_message
    person = answered.from_user if answered is not None and answered.sender_chat is None else None
    text = take_text(message.text or message.caption, limit=MAX_TEXT)
    content = Content(text=text, attachments=read_attachments(message))
    if person is None or not is_person(person, me) or content == Content():
        return blank
    return replace(
        blank,
        kind=Kind.ECHO,
        conversation_key=make_key(message, person),
        sender=read_sender(person),
        content=content,
        surface=SURFACES[message.chat.type],
        metadata={},
    )


def read_press(query: telegram.CallbackQuery, blank: InboundEvent, me: Me) -> InboundEvent:
    """Read a pressed button. Games and buttons of inline messages stay unsupported."""
    message, payload = query.message, take_text(query.data)
    if message is None or not payload or not is_person(query.from_user, me):
        return blank
    press_id = take_text(query.id)
    title = next(
        (button.text for button in iterate_buttons(message) if button.callback_data == query.data), None
    )
    return replace(
        blank,
        event_id=f"press:{press_id}",
        kind=Kind.POSTBACK,
        conversation_key=make_key(message, query.from_user),
        sender=read_sender(query.from_user),
        content=Content(text=payload),
        surface=SURFACES[message.chat.type],
        target_id=f"{whole(message.chat.id)}:{whole(message.message_id)}",
        metadata={"callback_query_id": press_id, **({"title": take_text(title)} if title else {})},
    )


def iterate_buttons(message: telegram.MaybeInaccessibleMessage) -> list[telegram.InlineKeyboardButton]:
    """Return the buttons under a message, none if it is too old to be shown."""
    markup = message.reply_markup if isinstance(message, telegram.Message) else None
    return [button for row in markup.inline_keyboard for button in row] if markup else []


def make_key(message: telegram.MaybeInaccessibleMessage, person: telegram.User) -> str:
    """Return the conversation's key."""
    chat = whole(message.chat.id)
    if message.chat.type == ChatType.PRIVATE:
        return str(chat)
    topic = (
        message.message_thread_id
        if isinstance(message, telegram.Message) and message.is_topic_message
        else None
    )
    return ":".join([str(chat), str(whole(person.id)), *([str(whole(topic))] if topic else [])])


def read_sender(person: telegram.User) -> Handle:
    """Return who did it."""
    return Handle(
        native_id=str(whole(person.id)),
        name=" ".join(filter(None, (take_text(person.first_name), take_text(person.last_name)))) or None,
        username=take_text(person.username) or None,
        locale=take_text(person.language_code) or None,
    )


def read_attachments(message: telegram.Message) -> tuple[Attachment, ...]:
    """Return the files, places and cards of a message; `ref` of a file is Telegram's file id."""
    found: list[Attachment] = []
    if message.photo:
        found.append(read_file("photo", message.photo[-1]))  # sizes ascend
    kinds = [name for name in FILES if getattr(message, name) is not None]
    if "animation" in kinds:  # Telegram sends the same file again as a document
        kinds = ["animation"]
    found.extend(read_file(name, getattr(message, name)) for name in kinds)
    if message.location is not None:
        place = message.location
        found.append(Attachment(kind="location", ref=f"geo:{place.latitude:f},{place.longitude:f}"))
    if message.contact is not None:
        card = message.contact
        found.append(
            Attachment(
                kind="contact", ref=f"tel:{take_text(card.phone_number)}", name=take_text(card.first_name)
            )
        )
    return tuple(found)


def read_file(kind: str, file: Any) -> Attachment:
    """Return any of Telegram's files: a few of their types lack a name or a MIME type."""
    size = getattr(file, "file_size", None)
    return Attachment(
        kind=kind,
        ref=take_text(file.file_id),
        mime=take_text(getattr(file, "mime_type", None)) or None,
        name=take_text(getattr(file, "file_name", None) or getattr(file, "emoji", None)) or None,
        size=None if size is None else whole(size),
    )


def take_text(value: object, *, limit: int = MAX_ID) -> str:
    """Return a string we can keep, empty for None. Raises TypeError for anything else."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError("not a string")
    return clean_text(value[:limit])


def whole(value: object) -> int:
    """Return an integer of Telegram's size. Raises TypeError for anything else."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < INTEGERS_BELOW:
        return value
    raise TypeError("not an integer")


def whole_seconds(at: datetime | None) -> int:
    """Return seconds since 1970, 0 where there is no time."""
    return int(at.timestamp()) if at else 0
