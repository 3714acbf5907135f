"""Which threads of a group are posts of a channel: remembered, because Telegram does not say it each time."""

from __future__ import annotations

from bot.connector import InboundEvent
from bot.connector.recent import Recent

REMEMBERED = 1_000  # posts


class PostMemory:
    """The last posts that came by, or were answered.

    What is forgotten, by a restart too, is learnt again from the next direct comment. Until then answers to
    others' comments belong to nobody, and an administrator's to the person's conversation in the group.
    """

    def __init__(self, size: int = REMEMBERED) -> None:
        self.channels: Recent[tuple[int, int], int] = Recent(size)

    def learn(self, event: InboundEvent) -> InboundEvent:
        """Remember the post that an event names, if it names one."""
        match event.reply_context.get("post"):
            case [int(chat), int(post), int(channel)]:
                self.channels.keep((chat, post), channel)
            case _:
                pass
        return event
