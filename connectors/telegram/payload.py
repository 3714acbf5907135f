"""Telegram's updates in. Pure; replies out are in `render`, keys of conversations in `place`.

What is not written to us in a group belongs to no conversation, and its words are not kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import telegram

from bot.connector import AccountConfig, InboundEvent
from bot.domain.contact import Handle
from bot.domain.conversation import Surface
from bot.domain.json import Json, JsonObject
from bot.domain.message import Content, Kind
from bot.errors import BadPayload
from connectors.telegram.address import Me, Voice, answers_us, find_voice, is_person, names_us, read_words
from connectors.telegram.changes import (
    read_deletions,
    read_membership,
    read_press,
    read_reaction,
    read_sender,
)
from connectors.telegram.extras import (
    ACTS,
    explain,
    explain_message,
    is_act,
    read_own_words,
    read_surroundings,
    read_web_app,
)
from connectors.telegram.media import read_attachments
from connectors.telegram.place import (
    Place,
    find_place,
    find_unknown_thread,
    get_connection,
    get_inbox,
    make_native_id,
    make_post_id,
)
from connectors.telegram.posts import MARK, hold
from connectors.telegram.pruning import list_tries
from connectors.telegram.reading import take_text, whole, whole_seconds

CHANNEL = "telegram"


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


def parse_update(raw: JsonObject, account: AccountConfig, *, me: Me) -> list[InboundEvent]:
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
    for whole_or_less, dropped in list_tries(raw):
        try:
            update = telegram.Update.de_json(dict(whole_or_less), None)
            events = read_update(update, unsupported, me) or [unsupported]
            thread = find_unknown_thread(update.effective_message, me.posts)
        except Exception:  # noqa: BLE001, S112 - it builds from unchecked JSON: anything may be raised
            continue
        told = [explain_lost(event, dropped) for event in events]
        return told if thread is None else [hold(event, thread, raw) for event in told]
    return [unsupported]


def explain_lost(event: InboundEvent, dropped: list[str]) -> InboundEvent:
    """Say what of a customer's message could not be read, where nothing else of it can be shown."""
    if event.kind is not Kind.UNSUPPORTED or not event.conversation_key:
        return event
    is_told = event.for_staff or not ACTS.isdisjoint(dropped)
    return replace(event, metadata={**explain(dropped), **event.metadata}, for_staff=is_told)


def name_update(raw: JsonObject) -> str:
    """Return the kind of an update in Telegram's words."""
    return take_text(next((name for name in raw if name != "update_id"), "empty"))


def read_update(update: telegram.Update, blank: InboundEvent, me: Me) -> list[InboundEvent]:
    """Fill in `blank` from an update. Raises anything for one that makes no sense."""
    for name, read in READERS.items():
        told = getattr(update, name)
        if told is not None:
            event = read(told, blank, me)
            return event if isinstance(event, list) else [event]
    return [blank]


def read_edit(edited: telegram.Message, blank: InboundEvent, me: Me) -> InboundEvent:
    """Read a message that was changed. What the brand's people change is no second word of theirs."""
    event = read_message(edited, blank, me)
    if event.kind is Kind.ECHO:
        return blank
    return replace(
        event,
        kind=event.kind if event.kind is Kind.UNSUPPORTED else Kind.EDIT,
        for_staff=event.kind is Kind.UNSUPPORTED,
        event_id=blank.event_id,  # two edits within a second share an edit_date
        revision=whole_seconds(edited.edit_date),
        target_id=event.event_id,
    )


def read_message(message: telegram.Message, blank: InboundEvent, me: Me) -> InboundEvent:
    """Read what somebody wrote or sent to us, or the brand's people to somebody; the rest stays `blank`."""
    numbered = replace(
        blank,
        event_id=make_native_id(message.chat.id, message.message_id, get_connection(message)),
        platform_at=message.date,
    )
    voice = find_voice(message, me)
    if voice is Voice.CONTACT and message.from_user is not None:
        return read_contact(message, message.from_user, numbered, me)
    if voice is Voice.BRAND:
        return read_echo(message, numbered, me)
    if message.is_automatic_forward and message.sender_chat is not None:
        post: list[Json] = [
            whole(number) for number in (message.chat.id, message.message_id, message.sender_chat.id)
        ]
        return replace(
            numbered,
            event_id=make_post_id(post[0], post[1]),
            reply_context={MARK: post},
            metadata={**numbered.metadata, MARK: post},
        )
    return numbered


def read_contact(
    message: telegram.Message, person: telegram.User, blank: InboundEvent, me: Me
) -> InboundEvent:
    """Read a customer's message; service messages ("X joined") are for staff to know."""
    words, start = read_words(read_own_words(message), me)
    attachments, sent = read_attachments(message), read_web_app(message)
    kind = Kind.TEXT if words else Kind.MEDIA if attachments else Kind.UNSUPPORTED
    if sent is not None:
        kind, (words, start) = Kind.POSTBACK, sent
    place = find_place(message, whole(person.id), me.posts)
    album = take_text(message.media_group_id)
    around = read_remark(message, place, me) or read_surroundings(message)
    metadata = {**start, **({"album": album} if album else {}), **around}
    return replace(
        blank,
        kind=kind,
        conversation_key=place.key,
        sender=read_sender(person),
        content=Content(text=words, attachments=attachments),
        surface=place.surface,
        reply_context={}
        if place.surface is Surface.DIRECT
        else {"reply_to": whole(message.message_id), **place.mark},
        metadata={**blank.metadata, **metadata, **explain_message(message)}
        if kind is Kind.UNSUPPORTED
        else metadata,
        for_staff=kind is Kind.UNSUPPORTED and is_act(message),
    )


def read_remark(message: telegram.Message, place: Place, me: Me) -> JsonObject:
    """Return what makes a comment the brand's business, and whose comment it answers, if another's."""
    if place.post is None:
        return {}
    if answers_us(message, me):
        return {"addressed": "reply"}
    addressed = "mention" if names_us(message, me) else "comment"
    answered = message.reply_to_message
    if answered is None or answered.is_automatic_forward:
        return {"addressed": addressed}
    parent = make_native_id(answered.chat.id, answered.message_id)
    return {"addressed": addressed, "parent_id": parent}


def read_echo(message: telegram.Message, blank: InboundEvent, me: Me) -> InboundEvent:
    """Read the word of one of the brand's people: it belongs to the person whose message it answers.

    What they say to nobody in particular belongs to no conversation, unless the chat is somebody's own.
    """
    person = find_addressee(message, me)
    text = read_own_words(message)
    content = Content(text=text, attachments=read_attachments(message))
    if person is None or content == Content():
        return blank
    place = find_place(message, whole(person.id), me.posts)
    return replace(
        blank,
        kind=Kind.ECHO,
        conversation_key=place.key,
        sender=read_sender(person),
        content=content,
        surface=place.surface,
        reply_context=place.mark,
        metadata={},
    )


def find_addressee(message: telegram.Message, me: Me) -> telegram.User | telegram.Chat | None:
    """Return to whom the brand's people said something."""
    if get_connection(message):
        return message.chat
    inbox = get_inbox(message)
    if inbox is not None:
        return inbox.user
    answered = message.reply_to_message
    person = answered.from_user if answered is not None and answered.sender_chat is None else None
    return person if person is not None and is_person(person, me) else None


READERS: Mapping[str, Callable[[Any, InboundEvent, Me], InboundEvent | list[InboundEvent]]] = {
    "message": read_message,
    "business_message": read_message,
    "edited_message": read_edit,
    "edited_business_message": read_edit,
    "callback_query": read_press,
    "message_reaction": read_reaction,
    "deleted_business_messages": read_deletions,
    "my_chat_member": read_membership,
}
