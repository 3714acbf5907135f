"""Bluesky's lists in. Pure; replies out are in `render`.

Three lists are read as the server answers them: `notifications` (posts that mention, answer or quote us),
`logs` (direct messages) and `records` (what our own account posts). `intake` adds under `known` what the
lists do not say: who we are (`me`), which conversations are groups' (`groups`), and whom our own posts answer
(`answered`).

Native ids of messages are the addresses of posts, and the ids of direct messages. A conversation's key is the
id of a private one, and `<author> <first post of the thread>` in public.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.connector import AccountConfig, InboundEvent
from bot.connector.fields import MAX_ID, parse_json, read_optional_object
from bot.domain.contact import Handle
from bot.domain.conversation import Surface
from bot.domain.json import Json, JsonObject
from bot.domain.message import Content, Kind
from bot.errors import BadPayload
from connectors.bluesky.entities import (
    find_profile,
    is_machine,
    pick,
    read_direct,
    read_person,
    read_post,
    read_time,
    take_did,
    take_id,
    take_text,
)
from connectors.bluesky.records import POST, is_ours, make_web_address, split_uri
from connectors.bluesky.threads import read_answered

CHANNEL = "bluesky"
REASONS: Mapping[str, str] = {"mention": "mention", "reply": "reply", "quote": "mention"}
LOG = "chat.bsky.convo.defs#log"
NOT_A_CONTACTS: JsonObject = {"by": "machine"}  # ours, or another bot's


def parse_body(body: bytes) -> JsonObject:
    """Read a list. Raises `BadPayload` for what is none."""
    page = parse_json(body)
    if not isinstance(page, Mapping):
        raise BadPayload("the body must be a JSON object")
    if not any(isinstance(page.get(name), list) for name in READERS):
        raise BadPayload("`notifications`, `logs` or `records` must be a list")
    return page


def parse_page(page: JsonObject, account: AccountConfig) -> list[InboundEvent]:
    """Say a list in our words, item by item. One that cannot be read is `unsupported`: never an error."""
    events: list[InboundEvent] = []
    for name, read in READERS.items():
        items = page.get(name)
        for item in items if isinstance(items, list) else []:
            event = parse_item(item, page, make_blank(item, name, account), read)
            if event is not None:
                events.append(event)
    return events


def make_blank(item: Json, name: str, account: AccountConfig) -> InboundEvent:
    """Return the event of an item that says nothing to us."""
    digest = hashlib.sha256(json.dumps(item, sort_keys=True, default=str).encode()).hexdigest()
    return InboundEvent(
        channel=CHANNEL,
        account=account.name,
        event_id=f"{name}:{digest[:32]}",
        kind=Kind.UNSUPPORTED,
        conversation_key="",
        sender=Handle(native_id=""),
        metadata={"list": name},
    )


Reader = Callable[[JsonObject, JsonObject, InboundEvent], InboundEvent | None]


def parse_item(item: Json, page: JsonObject, blank: InboundEvent, read: Reader) -> InboundEvent | None:
    """Read one item of a list."""
    try:
        return read(item, read_optional_object(page, "known"), blank) if isinstance(item, Mapping) else blank
    except (KeyError, TypeError, ValueError, RecursionError, BadPayload):
        return blank


def read_notification(raw: JsonObject, known: JsonObject, blank: InboundEvent) -> InboundEvent:
    """Read a post that is for us; other notifications, bots and we ourselves stay `blank`."""
    reason, author, record = raw.get("reason"), pick(raw, "author"), raw.get("record")
    if reason not in REASONS or not isinstance(record, Mapping):
        return blank
    uri = take_uri(raw.get("uri"))
    if author.get("did") == known.get("me") or is_machine(author):
        return replace(blank, event_id=uri, metadata=NOT_A_CONTACTS)
    person = read_person(author, record.get("langs"))
    content = read_post(record, person.native_id)
    parent = {"uri": uri, "cid": take_id(raw.get("cid"))}
    root = read_root(record) or parent
    kind = Kind.TEXT if content.text else Kind.MEDIA if content.attachments else Kind.UNSUPPORTED
    return replace(
        blank,
        event_id=uri,
        kind=kind,
        conversation_key=f"{person.native_id} {root['uri']}",
        sender=person,
        content=content,
        surface=Surface.PUBLIC,
        reply_context={"parent": parent, "root": root, "handle": person.username or ""},
        metadata={
            **tell_addressed(str(reason), record, known),
            "reason": reason,
            "url": make_web_address(uri),
        },
        platform_at=read_time(raw.get("indexedAt")),
    )


def tell_addressed(reason: str, record: JsonObject, known: JsonObject) -> JsonObject:
    """Tell whom a post is for: us, or somebody else in a thread of ours (`comment`, below `parent_id`).

    Answers are told to everybody up to five posts above them, and those that name us as mentions.
    """
    if known.get("me") is None or read_root(record) is None:
        return {"addressed": REASONS[reason]}
    parent = take_uri(pick(pick(record, "reply"), "parent").get("uri"))
    if split_uri(parent)[0] == known["me"]:
        return {"addressed": "reply"}
    return {"addressed": "comment", "parent_id": parent} if reason == "reply" else {"addressed": "mention"}


def read_log(raw: JsonObject, known: JsonObject, blank: InboundEvent) -> InboundEvent | None:
    """Read what happened in a private conversation; None for what is of no interest."""
    kind = take_text(raw.get("$type"), limit=MAX_ID)
    blank = replace(blank, event_id=f"log:{take_id(raw['rev'])}", metadata={"log": kind})
    if raw.get("convoId") in read_groups(known):
        return None
    read = LOGS.get(kind.removeprefix(LOG))
    if read is None:
        return None if kind.removeprefix(LOG) in UNINTERESTING else blank
    convo, message = take_id(raw["convoId"]), pick(raw, "message")
    event = replace(blank, conversation_key=convo, surface=Surface.DIRECT, metadata={})
    return read({**raw, "message": message}, known, event)


def read_groups(known: JsonObject) -> frozenset[str]:
    """Return the conversations in which more than two people write."""
    groups = known.get("groups")
    return frozenset(each for each in (groups if isinstance(groups, list) else []) if isinstance(each, str))


def read_message(raw: JsonObject, known: JsonObject, event: InboundEvent) -> InboundEvent:
    """Read a direct message. Which of our own account's were typed in the app cannot be told."""
    message = pick(raw, "message")
    did = take_did(pick(message, "sender").get("did"))
    message_id = take_id(message["id"])
    profile = find_profile(raw.get("relatedProfiles"), did)
    content = read_direct(message)
    kind = Kind.TEXT if content.text else Kind.MEDIA if content.attachments else Kind.UNSUPPORTED
    if did == known.get("me") or is_machine(profile):
        return replace(
            event, event_id=message_id, kind=Kind.UNSUPPORTED, conversation_key="", metadata=NOT_A_CONTACTS
        )
    return replace(
        event,
        event_id=message_id,
        kind=kind,
        sender=read_person(profile),
        content=content,
        platform_at=read_time(message.get("sentAt")),
    )


def read_deletion(raw: JsonObject, known: JsonObject, event: InboundEvent) -> InboundEvent | None:
    """Read that a contact's direct message is gone."""
    message = pick(raw, "message")
    did, message_id = take_did(pick(message, "sender").get("did")), take_id(message["id"])
    if did == known.get("me"):
        return None
    return replace(
        event,
        event_id=f"delete:{message_id}",
        kind=Kind.DELETE,
        sender=Handle(native_id=did),
        target_id=message_id,
    )


def read_reaction(raw: JsonObject, known: JsonObject, event: InboundEvent) -> InboundEvent | None:
    """Read an emoji that was put on a direct message, or taken back."""
    reaction = pick(raw, "reaction")
    did = take_did(pick(reaction, "sender").get("did"))
    if did == known.get("me"):
        return None
    given = str(raw.get("$type")).endswith("AddReaction")
    return replace(
        event,
        event_id=f"reaction:{take_id(raw['rev'])}",
        kind=Kind.REACTION,
        sender=read_person(find_profile(raw.get("relatedProfiles"), did)),
        content=Content(text=take_text(reaction.get("value"), limit=MAX_ID) if given else ""),
        target_id=take_id(pick(raw, "message")["id"]),
    )


def read_own(raw: JsonObject, known: JsonObject, blank: InboundEvent) -> InboundEvent:
    """Read what the brand's people posted in an app, in answer to somebody; our own posts stay `blank`."""
    uri, record = take_uri(raw.get("uri")), pick(raw, "value")
    author, _, key = split_uri(uri)
    blank = replace(blank, event_id=uri)
    root = read_root(record)
    if root is None or is_ours(key):
        return blank
    parent = take_uri(pick(pick(record, "reply"), "parent").get("uri"))
    # They may have answered below the bot: then whom it answered is meant, else the thread's first author.
    meant = (*read_answered(known, uri), split_uri(parent)[0], split_uri(root["uri"])[0])
    people = [did for did in meant if did != author]
    if not people:
        return replace(blank, metadata=NOT_A_CONTACTS)
    return replace(
        blank,
        kind=Kind.ECHO,
        conversation_key=f"{people[0]} {root['uri']}",
        sender=Handle(native_id=people[0]),
        content=read_post(record, author),
        surface=Surface.PUBLIC,
        metadata={},
        platform_at=read_time(record.get("createdAt")),
    )


def read_root(record: JsonObject) -> dict[str, str] | None:
    """Return the first post of the thread that a post answers in, None for one that answers nothing."""
    if not isinstance(record.get("reply"), Mapping):
        return None
    root = pick(pick(record, "reply"), "root")
    return {"uri": take_uri(root.get("uri")), "cid": take_id(root.get("cid"))}


def take_uri(value: Json) -> str:
    """Return the address of a post. Raises ValueError or TypeError for what is none."""
    uri = take_text(value, limit=2 * MAX_ID)
    if split_uri(uri)[1] != POST:
        raise ValueError("not a post")
    return uri


LOGS: Mapping[str, Reader] = {
    "CreateMessage": read_message,
    "DeleteMessage": read_deletion,
    "AddReaction": read_reaction,
    "RemoveReaction": read_reaction,
}
UNINTERESTING = frozenset(
    ("BeginConvo", "AcceptConvo", "LeaveConvo", "MuteConvo", "UnmuteConvo", "ReadMessage", "ReadConvo")
)
READERS: Mapping[str, Reader] = {
    "notifications": read_notification,
    "logs": read_log,
    "records": read_own,
}
