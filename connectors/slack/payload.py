"""Slack's events in. Pure; pressed buttons are in `interaction`, replies out in `render`.

Native ids of messages are `<channel>:<timestamp>`. What is not written to us in a channel belongs to no
conversation, and its words are not kept. Source: https://docs.slack.dev/apis/events-api
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.connector import AccountConfig, InboundEvent
from bot.connector.fields import MAX_ID, MAX_TEXT, parse_json
from bot.domain.contact import Handle
from bot.domain.json import Json, JsonObject
from bot.domain.message import Content, Kind
from bot.errors import BadPayload
from connectors.slack.blocks import list_shared, list_words
from connectors.slack.media import FILES_MAX, read_files
from connectors.slack.place import (
    Me,
    Place,
    find_own_id,
    is_direct,
    make_context,
    make_permalink,
    read_sender,
    take_id,
    take_text,
    take_timestamp,
)
from connectors.slack.talks import hold
from connectors.slack.words import names_us, read_emoji, read_words

CHANNEL = "slack"
RAW_MAX = 60_000  # characters of a message as Slack writes it
SAID = frozenset({"", "file_share", "thread_broadcast", "me_message"})  # subtypes of what people say


class Unreadable(Exception):
    """An event that makes no sense, or is for nobody here. Never leaves this file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """An event in its envelope, and who we are. `blank` is what it is if it cannot be read."""

    envelope: JsonObject
    event: JsonObject
    me: Me
    blank: InboundEvent

    @property
    def mark(self) -> str:
        """Return the event's id, the same when it is delivered again."""
        return self.blank.event_id.partition(":")[2]


def read_object(text: bytes) -> JsonObject:
    """Read a JSON object, whatever it holds: each string that is kept is cleaned. Raises `BadPayload`."""
    value = parse_json(text)
    if not isinstance(value, Mapping):
        raise BadPayload("the body must be a JSON object")
    return value


def parse_event(envelope: JsonObject, account: AccountConfig, me: Me) -> InboundEvent:
    """Say an event in our words. One that cannot be read, or is not for us, is `unsupported`."""
    event = envelope.get("event")
    inner: JsonObject = event if isinstance(event, Mapping) else {}
    name = str(inner.get("type") or envelope.get("type"))
    mark = take_text(envelope.get("event_id"), MAX_ID) or take_timestamp(inner.get("event_ts")) or "unnamed"
    blank = make_blank(account, f"event:{mark}", name)
    me = replace(me, user_id=find_own_id(envelope, me))
    read = READERS.get(name)
    if read is None:
        return blank
    try:
        return read(Frame(envelope=envelope, event=inner, me=me, blank=blank))
    except Unreadable:
        return blank


def make_blank(account: AccountConfig, event_id: str, name: str) -> InboundEvent:
    """Return an event that belongs to no conversation."""
    return InboundEvent(
        channel=CHANNEL,
        account=account.name,
        event_id=event_id,
        kind=Kind.UNSUPPORTED,
        conversation_key="",
        sender=Handle(native_id=""),
        metadata={"update": take_text(name, MAX_ID)},
    )


def read_message(frame: Frame) -> InboundEvent:
    """Read what somebody said, changed or took back."""
    told = frame.event.get("subtype")
    subtype = take_text(told, MAX_ID)
    if subtype == "message_changed":
        return read_change(frame)
    if subtype == "message_deleted":
        return read_deletion(frame, frame.event.get("previous_message"))
    if subtype not in SAID or (told and not subtype):
        raise Unreadable
    return read_said(frame)


def read_said(frame: Frame) -> InboundEvent:
    """Read what a person said to us, or one of the brand's people to a customer in their thread."""
    message, me = frame.event, frame.me
    place, ts = find_place(message, frame), need_timestamp(message.get("ts"))
    check_person(message, me)
    echo = find_echo(place, message, me)
    content = read_content(message, me)
    kind = Kind.TEXT if content.text else Kind.MEDIA if content.attachments else Kind.UNSUPPORTED
    if echo is not None and content == Content():
        raise Unreadable
    said = replace(
        fill(frame, echo or place),
        event_id=f"{place.channel}:{ts}",
        kind=Kind.ECHO if echo else kind,
        content=content,
        platform_at=read_time(ts),
        metadata=make_permalink(place, ts, me) if kind is not Kind.UNSUPPORTED else frame.blank.metadata,
    )
    return said if echo is not None else take_ours(said, message, place, frame)


def read_change(frame: Frame) -> InboundEvent:
    """Read an edit. Slack also says "changed" when it adds a preview, or a thread grows."""
    message = need_object(frame.event.get("message"))
    before = frame.event.get("previous_message")
    if message.get("subtype") == "tombstone":  # the first message of a thread that goes on without it
        return read_deletion(frame, before)
    if isinstance(before, Mapping):
        if read_content(before, frame.me) == read_content(message, frame.me):
            raise Unreadable
        message = {"ts": before.get("ts"), **message}
    place, ts = find_place(message, frame), need_timestamp(message.get("ts"))
    check_person(message, frame.me)
    edited = message.get("edited")
    at = take_timestamp(edited.get("ts") if isinstance(edited, Mapping) else None)
    at = at or take_timestamp(frame.event.get("event_ts")) or ts
    edit = replace(
        fill(frame, place),
        event_id=f"edit:{frame.mark}",
        kind=Kind.EDIT,
        content=read_content(message, frame.me),
        revision=int(at.replace(".", "")[:18]),
        target_id=f"{place.channel}:{ts}",
        platform_at=read_time(at),
    )
    return take_ours(edit, message, place, frame)


def read_deletion(frame: Frame, previous: Json) -> InboundEvent:
    """Read that somebody took back what they had said."""
    before = need_object(previous)
    place = find_place(before, frame)
    ts = need_timestamp(frame.event.get("deleted_ts") or before.get("ts"))
    check_person(before, frame.me)
    deletion = replace(
        fill(frame, place),
        event_id=f"delete:{frame.mark}",
        kind=Kind.DELETE,
        target_id=f"{place.channel}:{ts}",
    )
    return take_ours(deletion, before, place, frame)


def read_reaction(frame: Frame) -> InboundEvent:
    """Read an emoji put under a message, or taken away; in a channel, under one of a talk that we know."""
    event, item = frame.event, need_object(frame.event.get("item"))
    channel, ts = take_id(item.get("channel")), need_timestamp(item.get("ts"))
    person, name = take_id(event.get("user")), take_text(event.get("reaction"), MAX_ID)
    private = is_direct(channel)
    thread = None if private else frame.me.threads.get(f"{channel}:{ts}", ts)
    place = Place(channel=channel, person=person, thread=thread, is_private=private)
    known = private or place.key in frame.me.talks
    if not (channel and person and name and known) or person == frame.me.user_id:
        raise Unreadable
    given = event.get("type") == "reaction_added"
    return replace(
        fill(frame, place),
        event_id=f"reaction:{frame.mark}",
        kind=Kind.REACTION,
        content=Content(text=read_emoji(name) if given else ""),
        target_id=f"{channel}:{ts}",
        metadata={"reaction": name},
    )


READERS: Mapping[str, Callable[[Frame], InboundEvent]] = {
    "message": read_message,
    "app_mention": read_message,
    "reaction_added": read_reaction,
    "reaction_removed": read_reaction,
}


def fill(frame: Frame, place: Place) -> InboundEvent:
    """Return an event of a conversation."""
    return replace(
        frame.blank,
        conversation_key=place.key,
        sender=read_sender(place.person, frame.me),
        surface=place.surface,
        reply_context=make_context(place, frame.envelope),
        metadata={},
    )


def find_place(message: JsonObject, frame: Frame) -> Place:
    """Return where a message stands. What begins no thread yet is answered in one of its own."""
    person, channel = take_id(message.get("user")), take_id(frame.event.get("channel"))
    if not person or not channel:
        raise Unreadable
    private = is_direct(channel, frame.event.get("channel_type"))
    own = take_timestamp(message.get("thread_ts")) or (None if private else need_timestamp(message.get("ts")))
    return Place(channel=channel, person=person, thread=own, is_private=private)


def check_person(message: JsonObject, me: Me) -> None:
    """Let people through, and no apps, ourselves among them: two bots that answer each other never end."""
    if message.get("bot_id") or message.get("user") in (me.user_id, "USLACKBOT"):
        raise Unreadable


def take_ours(event: InboundEvent, message: JsonObject, place: Place, frame: Frame) -> InboundEvent:
    """Let through what is about words to us; what answers others in a thread is held back, as it may be.

    Raises `Unreadable` for a remark that answers nothing and does not name us.
    """
    if is_for_us(message, place, frame):
        return event
    if place.thread in (None, take_timestamp(message.get("ts"))):
        raise Unreadable
    return hold(event, frame.blank)


def is_for_us(message: JsonObject, place: Place, frame: Frame) -> bool:
    """Tell whether something is written to us: in private, by our name, below our words, in a talk."""
    me, text = frame.me, str(message.get("text") or "")
    below_ours = me.user_id is not None and message.get("parent_user_id") == me.user_id
    named = frame.event.get("type") == "app_mention" or names_us(text, me.user_id)
    return place.is_private or named or below_ours or place.key in me.talks


def find_echo(place: Place, message: JsonObject, me: Me) -> Place | None:
    """Return the customer's place that one of the brand's people answers in, None where they do not."""
    customer = take_id(message.get("parent_user_id"))
    if place.person not in me.staff or place.is_private:
        return None
    if not customer or customer == me.user_id or customer in me.staff:
        raise Unreadable
    return replace(place, person=customer)


def read_content(message: JsonObject, me: Me) -> Content:
    """Return the words and files of a message, and of those that are passed on in it."""
    raw = take_text(message.get("text"), RAW_MAX)
    if not raw.strip():
        raw = take_text(list_words(message.get("blocks")), RAW_MAX)
    own = read_words(raw, own_id=me.user_id, names=me.names)
    shared = list_shared(message.get("attachments"))
    told = (read_words(take_text(each.words, RAW_MAX), own_id=None, names=me.names) for each in shared)
    lines = (
        f"{each.author}: {words}" if each.author else words for each, words in zip(shared, told, strict=True)
    )
    text = "\n\n".join(part for part in (own, *lines) if part)
    files = [read_files(message.get("files")), *(read_files(each.files) for each in shared)]
    return Content(
        text=text[:MAX_TEXT], attachments=tuple(file for some in files for file in some)[:FILES_MAX]
    )


def need_timestamp(value: Json) -> str:
    """Return a timestamp. Raises `Unreadable`."""
    if not (found := take_timestamp(value)):
        raise Unreadable
    return found


def need_object(value: Json) -> JsonObject:
    """Return an object. Raises `Unreadable`."""
    if not isinstance(value, Mapping):
        raise Unreadable
    return value


def read_time(ts: str) -> datetime:
    """Return when a message was said."""
    return datetime.fromtimestamp(min(float(ts), 2**33), UTC)
