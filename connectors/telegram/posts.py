"""Which threads of a group are posts of a channel: Telegram does not say it each time.

What this process has not seen of them it asks for: the first comment that shows a post, or the post itself,
leaves an event of no conversation, and what is said below others' comments waits until that was looked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.connector import InboundEvent
from bot.connector.recent import Recent
from bot.domain.contact import Handle
from bot.domain.json import Json, JsonObject
from bot.domain.message import Kind
from connectors.telegram.place import make_post_id

REMEMBERED = 1_000  # posts
MARK, HELD = "post", "held"


class PostMemory:
    """The last posts that came by, or were answered. What is forgotten is recalled."""

    def __init__(self, size: int = REMEMBERED) -> None:
        self.channels: Recent[tuple[int, int], int] = Recent(size)

    def learn(self, event: InboundEvent) -> list[InboundEvent]:
        """Remember the post that an event names; return what leaves a mark of a new one, and the event."""
        new = self.note(event.reply_context)
        if not new or event.kind is Kind.UNSUPPORTED:  # the post itself is its own mark
            return [event]
        return [make_mark(event), event]

    def note(self, known: JsonObject) -> bool:
        """Remember a post by its mark; tell whether it is news."""
        match known.get(MARK):
            case [int(chat), int(post), int(channel)]:
                new = (chat, post) not in self.channels
                self.channels.keep((chat, post), channel)
                return new
            case _:
                return False


def make_mark(event: InboundEvent) -> InboundEvent:
    """Return what is kept of the post that an event stands under."""
    mark = event.reply_context[MARK]
    chat, post = (mark[0], mark[1]) if isinstance(mark, list) else (None, None)
    return InboundEvent(
        channel=event.channel,
        account=event.account,
        event_id=make_post_id(chat, post),
        kind=Kind.UNSUPPORTED,
        conversation_key="",
        sender=Handle(native_id=""),
        metadata={"update": MARK, MARK: mark},
    )


def hold(event: InboundEvent, thread: str, raw: Json) -> InboundEvent:
    """Return an event with the update that it was read from: what it is depends on its thread."""
    held: JsonObject = {"thread": thread, "update": raw}
    return replace(event, metadata={**event.metadata, HELD: held})


def get_held(event: InboundEvent) -> JsonObject:
    """Return which thread an event depends on, and its update; empty where on none."""
    held = event.metadata.get(HELD)
    return held if isinstance(held, Mapping) else {}


def release(event: InboundEvent) -> InboundEvent:
    """Return an event as it was read without knowing its thread."""
    return replace(event, metadata={name: value for name, value in event.metadata.items() if name != HELD})
