"""Where something is said: the keys of conversations, and the ids of messages. Pure.

A conversation's key is `<chat>` in private; `<chat>:<person>` or `<chat>:<person>:<topic>` in a group, where
everybody is answered apart; `post:<chat>:<post>:<person>` under a channel's post, in the group linked to it;
`inbox:<chat>:<topic>` in a channel's direct messages, where everybody has a topic that nobody else sees but
those who run the channel; `business:<connection>:<chat>` with the account of a person for whom the bot
answers. A message's native id is `<chat>:<message>`, and `<connection>:<chat>:<message>` in such an account.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import telegram
from telegram.constants import ChatType

from bot.domain.conversation import Surface
from bot.domain.json import Json, JsonObject
from connectors.telegram.reading import take_text, whole

POST, BUSINESS, INBOX = "post", "business", "inbox"
SURFACES: Mapping[str, Surface] = {
    ChatType.PRIVATE: Surface.DIRECT,
    ChatType.GROUP: Surface.GROUP,
    ChatType.SUPERGROUP: Surface.GROUP,
    ChatType.CHANNEL: Surface.PUBLIC,
}
Posts = Mapping[tuple[int, int], int]
"""Channels by their posts: the group's chat, and the post's number in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A conversation's key, what it is like there, and under which post of which channel it is."""

    key: str
    surface: Surface
    post: int | None = None
    channel: int | None = None

    @property
    def mark(self) -> JsonObject:
        """Return what `posts.py` remembers of a post."""
        chat = self.key.split(":")[1] if self.post is not None else ""
        return {} if self.channel is None else {"post": [int(chat), self.post, self.channel]}


def find_place(message: telegram.MaybeInaccessibleMessage, person: int, posts: Posts) -> Place:
    """Return where a message belongs, or one that answers the `person` there."""
    chat, surface = whole(message.chat.id), SURFACES[message.chat.type]
    connection = get_connection(message)
    if connection:
        return Place(key=f"{BUSINESS}:{connection}:{chat}", surface=surface)
    if surface is Surface.DIRECT:
        return Place(key=str(chat), surface=surface)
    inbox = get_inbox(message)
    if inbox is not None:
        return Place(key=f"{INBOX}:{chat}:{whole(inbox.topic_id)}", surface=Surface.DIRECT)
    post, channel = find_post(message, posts)
    if post is not None:
        return Place(key=f"{POST}:{chat}:{post}:{person}", surface=Surface.PUBLIC, post=post, channel=channel)
    topic = (
        message.message_thread_id
        if isinstance(message, telegram.Message) and message.is_topic_message
        else None
    )
    return Place(
        key=":".join([str(chat), str(person), *([str(whole(topic))] if topic else [])]), surface=surface
    )


def find_post(
    message: telegram.MaybeInaccessibleMessage, posts: Posts
) -> tuple[int, int | None] | tuple[None, None]:
    """Return the post of a channel that a message stands under, and the channel.

    Telegram shows it with direct answers to the post alone; of what is said below those it tells the
    thread's number, as it does for all threads: which of them are posts we remember.
    """
    if not isinstance(message, telegram.Message) or message.is_topic_message:
        return None, None
    answered = message.reply_to_message
    if answered is not None and answered.is_automatic_forward:
        channel = answered.sender_chat
        return whole(answered.message_id), whole(channel.id) if channel else None
    thread = message.message_thread_id
    known = None if thread is None else posts.get((message.chat.id, thread))
    return (None, None) if thread is None or known is None else (whole(thread), known)


def find_unknown_thread(message: telegram.MaybeInaccessibleMessage | None, posts: Posts) -> str | None:
    """Return the id of the post that a message's thread may be, where we do not know whether it is one."""
    if not isinstance(message, telegram.Message) or message.chat.type != ChatType.SUPERGROUP:
        return None
    if message.chat.is_direct_messages:
        return None
    thread = message.message_thread_id
    if thread is None or message.is_topic_message or find_post(message, posts)[0] is not None:
        return None
    return make_post_id(message.chat.id, thread)


def get_inbox(message: telegram.MaybeInaccessibleMessage) -> telegram.DirectMessagesTopic | None:
    """Return whose part of a channel's direct messages a message is in, None where it is in none."""
    if not isinstance(message, telegram.Message) or not message.chat.is_direct_messages:
        return None
    return message.direct_messages_topic


def get_connection(message: telegram.MaybeInaccessibleMessage) -> str:
    """Return through whose business account a message came; empty for the bot's own chats."""
    return take_text(message.business_connection_id) if isinstance(message, telegram.Message) else ""


def make_native_id(chat: object, message_id: object, connection: str = "") -> str:
    """Return a message's id. Accounts that the bot answers for count their messages apart."""
    return ":".join(filter(None, (connection, str(whole(chat)), str(whole(message_id)))))


def make_post_id(chat: object, post: object) -> str:
    """Return the id of the event that a channel's post leaves."""
    return f"{POST}:{make_native_id(chat, post)}"


def read_native_ids(result: Json) -> list[str]:
    """Return the native ids of the messages that Telegram has sent; empty ones where it does not say."""
    return [read_native_id(each) for each in result] if isinstance(result, list) else [read_native_id(result)]


def read_native_id(result: Json) -> str:
    """Return the native id of a message Telegram has sent, empty if it does not say."""
    match result:
        case {
            "chat": {"id": int(chat)},
            "message_id": int(message),
            "business_connection_id": str(connection),
        }:
            return make_native_id(chat, message, connection)
        case {"chat": {"id": int(chat)}, "message_id": int(message)}:
            return make_native_id(chat, message)
        case _:
            return ""


def read_target(key: str) -> JsonObject:
    """Return the chat, and the topic where there is one. Raises ValueError for a key that is not ours."""
    first, *rest = key.split(":")
    if first == BUSINESS:
        connection, chat = rest
        return {"business_connection_id": connection, "chat_id": int(chat)}
    if first == INBOX:
        chat, topic = rest
        return {"chat_id": int(chat), "direct_messages_topic_id": int(topic)}
    if first == POST:
        chat, _, _ = rest
        return {"chat_id": int(chat)}
    return {"chat_id": int(first), **({"message_thread_id": int(rest[1])} if len(rest) > 1 else {})}


def read_post(key: str) -> int | None:
    """Return the post that a conversation is under, None where it is under none. ValueError as above."""
    return int(key.split(":")[2]) if key.startswith(f"{POST}:") else None
