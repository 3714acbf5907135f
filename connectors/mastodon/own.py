"""What the brand's people write in another app than ours: the brand's own word, and to whom. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.connector import Earlier, InboundEvent
from bot.connector.fields import MAX_ID
from bot.domain.contact import Handle
from bot.domain.conversation import Surface
from bot.domain.json import JsonObject
from bot.domain.message import Content, Kind
from connectors.mastodon.entities import (
    is_direct,
    is_me,
    list_mentions,
    make_key,
    name_app,
    pick,
    read_content,
    read_time,
    take_id,
    take_text,
)
from connectors.mastodon.render import read_person

ANSWERS = "answers"


def read_own(status: JsonObject, known: JsonObject, blank: InboundEvent) -> list[InboundEvent]:
    """Read what the brand's people wrote to somebody in another app than ours, begun by themselves or not."""
    post_id = take_id(status["id"])
    blank = replace(blank, event_id=post_id)
    app = name_app(status)
    if not is_me(pick(status, "account").get("id"), known):
        return [blank]
    if not app or not known.get("app") or app == known.get("app"):
        return [blank]  # ours; or it cannot be told, and the bot must not fall silent at its own word
    said = replace(
        blank,
        content=read_content(status, known),
        surface=Surface.DIRECT if is_direct(status) else Surface.PUBLIC,
        platform_at=read_time(status.get("created_at")),
    )
    people = list(find_people(status, known))
    if not people and not is_direct(status) and is_me(status.get("in_reply_to_account_id"), known):
        parent = take_id(status.get("in_reply_to_id"))
        return [replace(said, metadata={**blank.metadata, ANSWERS: parent})]
    return [
        replace(
            said,
            kind=Kind.ECHO,
            event_id=post_id if number == 0 else f"{post_id}:{person.native_id}",
            conversation_key=make_key(person.native_id, status, known),
            sender=person,
            metadata={},
        )
        for number, person in enumerate(people)
    ] or [blank]


def find_people(status: JsonObject, known: JsonObject) -> Iterator[Handle]:
    """Yield to whom a post of ours speaks: whom it answers, and all who are named where nobody else reads it.

    In public a name may stand in a post that speaks to everybody.
    """
    answered = status.get("in_reply_to_account_id")
    named = [make_handle(each) for each in list_mentions(status)]
    found = [each for each in named if each.native_id == answered] if isinstance(answered, str) else []
    if isinstance(answered, str) and not found:
        found = [Handle(native_id=take_id(answered))]
    people = [*found, *(named if is_direct(status) else [])]
    yield from {each.native_id: each for each in people if not is_me(each.native_id, known)}.values()


def make_handle(person: JsonObject) -> Handle:
    """Return who is mentioned."""
    return Handle(
        native_id=take_id(person["id"]), username=take_text(person.get("acct"), limit=MAX_ID) or None
    )


def get_answered(event: InboundEvent) -> str | None:
    """Return which post of our own the brand's people answered in public; None for any other event."""
    found = event.metadata.get(ANSWERS)
    return str(found) if found else None


def release_own(event: InboundEvent, known: Earlier | None) -> InboundEvent:
    """Return an answer to a post of our own as the brand's word in the conversation of that post.

    Without its words where that is no conversation: the brand goes on with a thread of its own.
    """
    metadata = {name: value for name, value in event.metadata.items() if name != ANSWERS}
    if known is None or not known.conversation_key:
        return replace(event, content=Content(), metadata=metadata)
    return replace(
        event,
        kind=Kind.ECHO,
        conversation_key=known.conversation_key,
        sender=Handle(native_id=read_person(known.conversation_key)),
        metadata={},
    )
