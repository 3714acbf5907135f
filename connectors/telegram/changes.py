"""What is no message: pressed buttons, reactions, deletions, and people who block the bot. Pure."""

from __future__ import annotations

from dataclasses import replace

import telegram
from telegram.constants import ChatMemberStatus, ChatType

from bot.connector import InboundEvent
from bot.domain.contact import Handle
from bot.domain.conversation import Surface
from bot.domain.message import Content, Kind
from connectors.telegram.address import Me, is_person
from connectors.telegram.place import BUSINESS, find_place, get_connection, make_native_id
from connectors.telegram.reading import take_text, whole

BLOCKED = "This person has blocked the bot: nothing reaches them until they unblock it"
UNBLOCKED = "This person has unblocked the bot: messages reach them again"
STAR = "\N{WHITE MEDIUM STAR}"  # the reaction that is paid for
OWN_EMOJI = "with an emoji of their own"  # one that Telegram names by number only


def read_press(query: telegram.CallbackQuery, blank: InboundEvent, me: Me) -> InboundEvent:
    """Read a pressed button. Games and buttons of inline messages stay unsupported."""
    message, payload = query.message, take_text(query.data)
    if message is None or not payload or not is_person(query.from_user, me):
        return blank
    press_id = take_text(query.id)
    title = next(
        (button.text for button in iterate_buttons(message) if button.callback_data == query.data), None
    )
    place = find_place(message, whole(query.from_user.id), me.posts)
    return replace(
        blank,
        event_id=f"press:{press_id}",
        kind=Kind.POSTBACK,
        conversation_key=place.key,
        sender=read_sender(query.from_user),
        content=Content(text=payload),
        surface=place.surface,
        target_id=make_native_id(message.chat.id, message.message_id, get_connection(message)),
        reply_context={} if place.post is None else {"reply_to": whole(message.message_id), **place.mark},
        metadata={"callback_query_id": press_id, **({"title": take_text(title)} if title else {})},
    )


def iterate_buttons(message: telegram.MaybeInaccessibleMessage) -> list[telegram.InlineKeyboardButton]:
    """Return the buttons under a message, none if it is too old to be shown."""
    markup = message.reply_markup if isinstance(message, telegram.Message) else None
    return [button for row in markup.inline_keyboard for button in row] if markup else []


def read_reaction(update: telegram.MessageReactionUpdated, blank: InboundEvent, me: Me) -> InboundEvent:
    """Read a reaction to a message in private; in groups they are people's among themselves."""
    person = update.user
    if update.chat.type != ChatType.PRIVATE or person is None or not is_person(person, me):
        return blank
    before = [name_reaction(each) for each in update.old_reaction]
    after = [name_reaction(each) for each in update.new_reaction]
    added = [each for each in after if each not in before]
    return replace(
        blank,
        kind=Kind.REACTION,
        conversation_key=str(whole(update.chat.id)),
        sender=read_sender(person),
        content=Content(text=(added or after or [""])[-1]),
        target_id=make_native_id(update.chat.id, update.message_id),
        platform_at=update.date,
        metadata={},
    )


def name_reaction(reaction: telegram.ReactionType) -> str:
    """Return a reaction as people can read it."""
    if isinstance(reaction, telegram.ReactionTypeEmoji):
        return take_text(reaction.emoji)
    return STAR if isinstance(reaction, telegram.ReactionTypePaid) else OWN_EMOJI


def read_deletions(
    deleted: telegram.BusinessMessagesDeleted, blank: InboundEvent, _: Me
) -> list[InboundEvent]:
    """Read which messages of a business account's chat are gone. Of others Telegram tells no bot."""
    connection, chat = take_text(deleted.business_connection_id), deleted.chat
    gone = [make_native_id(chat.id, number, connection) for number in deleted.message_ids]
    return [
        replace(
            blank,
            event_id=f"delete:{native_id}",
            kind=Kind.DELETE,
            conversation_key=f"{BUSINESS}:{connection}:{whole(chat.id)}",
            sender=read_sender(chat),
            target_id=native_id,
            metadata={},
        )
        for native_id in gone
    ]


def read_membership(change: telegram.ChatMemberUpdated, blank: InboundEvent, me: Me) -> InboundEvent:
    """Read that somebody blocked the bot, or unblocked it: staff who wait for an answer should know."""
    if change.chat.type != ChatType.PRIVATE or not is_person(change.from_user, me):
        return blank
    was, is_now = (
        member.status == ChatMemberStatus.BANNED
        for member in (change.old_chat_member, change.new_chat_member)
    )
    if was == is_now:
        return blank
    return replace(
        blank,
        conversation_key=str(whole(change.chat.id)),
        sender=read_sender(change.from_user),
        surface=Surface.DIRECT,
        platform_at=change.date,
        metadata={**blank.metadata, "note": BLOCKED if is_now else UNBLOCKED},
        for_staff=True,
    )


def read_sender(person: telegram.User | telegram.Chat) -> Handle:
    """Return who did it, or whose private chat it is."""
    locale = person.language_code if isinstance(person, telegram.User) else None
    return Handle(
        native_id=str(whole(person.id)),
        name=" ".join(filter(None, (take_text(person.first_name), take_text(person.last_name)))) or None,
        username=take_text(person.username) or None,
        locale=take_text(locale) or None,
    )
