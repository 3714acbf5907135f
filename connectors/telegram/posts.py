"""Which threads of a group are posts of a channel: remembered, because Telegram does not say it each time."""

from __future__ import annotations

from collections import OrderedDict

from bot.connector import InboundEvent
from connectors.telegram.place import Posts

REMEMBERED = 1_000  # posts


class PostMemory:
    """The last posts that came by, or were answered.

    What is forgotten, by a restart too, is learnt again from the next direct comment. Until then answers to
    others' comments belong to nobody, and an administrator's to the person's conversation in the group.
    """

    def __init__(self, size: int = REMEMBERED) -> None:
        self._size = size
        self._channels: OrderedDict[tuple[int, int], int] = OrderedDict()

    @property
    def channels(self) -> Posts:
        """Return whose posts are remembered."""
        return self._channels

    def learn(self, event: InboundEvent) -> InboundEvent:
        """Remember the post that an event names, if it names one."""
        match event.reply_context.get("post"):
            case [int(chat), int(post), int(channel)]:
                self._channels[chat, post] = channel
                self._channels.move_to_end((chat, post))
                if len(self._channels) > self._size:
                    self._channels.popitem(last=False)
            case _:
                pass
        return event
