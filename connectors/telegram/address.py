"""Who speaks in a message, and whether to us. Pure.

Telegram's `from` is not always who wrote: for posts in a chat's name it is a stand-in, and
`sender_chat` is the truth. In a group people mostly talk with each other: only what names us, or
answers us, is for us, whatever Telegram lets us read along (privacy mode, administrators).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

import telegram
from telegram.constants import ChatType, MessageEntityType

from bot.domain.json import JsonObject
from connectors.telegram.place import Posts, find_post, get_inbox

NAME = r"[A-Za-z0-9_]{1,32}"
MENTION = re.compile(rf"@({NAME})[\s,:;]*")
COMMAND = re.compile(rf"(/{NAME})@({NAME})(?!\S)")
START = re.compile(r"/start(?:\s+([A-Za-z0-9_-]{1,64}))?\s*", re.IGNORECASE)  # what t.me/<bot>?start=… sends
NAMING: list[str | None] = [MessageEntityType.MENTION, MessageEntityType.BOT_COMMAND]


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """The bot itself. `username` is None until Telegram has told it; `posts` as far as we remember."""

    id: int | None
    username: str | None = None
    posts: Posts = field(default_factory=dict)

    def is_behind(self, person: telegram.User | None) -> bool:
        """Tell whether it was us."""
        return person is not None and person.id == self.id

    def is_named(self, name: str) -> bool:
        """Tell whether a username is ours. As long as we do not know it, any bot's may be."""
        if self.username is None:
            return name.lower().endswith("bot")
        return name.lower() == self.username.lower()


class Voice(StrEnum):
    """Who speaks."""

    CONTACT = "contact"  # a person, to us
    BRAND = "brand"  # the brand's own people: an administrator of the group, the owner of a business account
    OTHERS = "others"  # people among themselves, bots, posts of channels: nothing to answer


def find_voice(message: telegram.Message, me: Me) -> Voice:
    """Tell who speaks, and whether to us."""
    if message.business_connection_id is not None:
        return find_business_voice(message, me)
    if message.chat.is_direct_messages:
        return find_inbox_voice(message, me)
    if message.sender_chat is not None:
        return Voice.BRAND if is_in_our_name(message, message.sender_chat, me) else Voice.OTHERS
    if message.is_automatic_forward or not is_person(message.from_user, me):
        return Voice.OTHERS
    heard = is_for_us(message, me) or find_post(message, me.posts)[0] is not None
    return Voice.CONTACT if heard else Voice.OTHERS


def find_business_voice(message: telegram.Message, me: Me) -> Voice:
    """Tell who speaks in a chat of an account that the bot answers for.

    Nobody does where a bot wrote for the account, ours included, and where Telegram did: greetings, messages
    that say that nobody is there, or that were scheduled.
    """
    if message.sender_business_bot is not None or message.is_from_offline:
        return Voice.OTHERS
    person = message.from_user
    if person is None or not is_person(person, me):
        return Voice.OTHERS
    return Voice.CONTACT if person.id == message.chat.id else Voice.BRAND


def find_inbox_voice(message: telegram.Message, me: Me) -> Voice:
    """Tell who speaks in a channel's direct messages: who began the topic, or those who run the channel.

    These may write in its name. Where Telegram does not tell whose topic it is, nobody is heard.
    """
    inbox, person = get_inbox(message), message.from_user
    if inbox is None or inbox.user is None or me.is_behind(person):
        return Voice.OTHERS
    if message.sender_chat is not None:
        return Voice.BRAND
    if person is None or not is_person(person, me):
        return Voice.OTHERS
    return Voice.CONTACT if person.id == inbox.user.id else Voice.BRAND


def is_in_our_name(message: telegram.Message, sender: telegram.Chat, me: Me) -> bool:
    """Tell the brand's people from others who write in a chat's name, and from a channel's forwarded posts.

    An anonymous administrator writes in the group's name; who runs the channel, in its name under its posts.
    """
    if message.is_automatic_forward:
        return False
    return sender.id in (message.chat.id, find_post(message, me.posts)[1])


def is_person(sender: telegram.User | None, me: Me) -> bool:
    """Tell people from bots, ourselves among them: two bots that answer each other never end."""
    return sender is not None and sender.is_bot is not True and not me.is_behind(sender)


def is_for_us(message: telegram.Message, me: Me) -> bool:
    """Tell whether a message is written to us: in private, as a reply to us, or by our name."""
    return message.chat.type == ChatType.PRIVATE or answers_us(message, me) or names_us(message, me)


def answers_us(message: telegram.Message, me: Me) -> bool:
    """Tell whether a message replies to one of ours."""
    answered = message.reply_to_message
    # Everything in a topic replies to the note that the topic was made, whoever made it.
    return answered is not None and answered.forum_topic_created is None and me.is_behind(answered.from_user)


def names_us(message: telegram.Message, me: Me) -> bool:
    """Tell whether a message names us."""
    entities = (*message.entities, *message.caption_entities)
    return any(me.is_behind(entity.user) for entity in entities if entity.user is not None) or any(
        me.is_named(name.rpartition("@")[2]) for name in list_names(message) if "@" in name
    )


def list_names(message: telegram.Message) -> list[str]:
    """Return what a message names: `@name` and `/command@name`."""
    in_text = message.parse_entities(NAMING) if message.text else {}
    in_caption = message.parse_caption_entities(NAMING) if message.caption else {}
    return [*in_text.values(), *in_caption.values()]


def read_words(text: str, me: Me) -> tuple[str, JsonObject]:
    """Return what was said without our name around it, and what a deep link carried as `start_payload`.

    `/start` is what Telegram's Start button sends: it is handed on as a plain command.
    """
    words = drop_own_name(text, me)
    start = START.fullmatch(words)
    if start is None:
        return words, {}
    return "/start", {"start_payload": start[1]} if start[1] else {}


def drop_own_name(text: str, me: Me) -> str:
    """Return a text without the address it begins with: `/help@our_bot`, `@our_bot, …`."""
    command = COMMAND.match(text)
    if command is not None and me.is_named(command[2]):
        return command[1] + text[command.end() :]
    mention = MENTION.match(text)
    if mention is not None and me.is_named(mention[1]):
        return text[mention.end() :] or text
    return text
