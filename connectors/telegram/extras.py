"""What people send beside words, files, places and cards, and what stands around a message. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import telegram
from telegram.constants import MessageEntityType

from bot.connector.fields import MAX_TEXT
from bot.domain.json import Json, JsonObject
from connectors.telegram.place import get_connection, make_native_id
from connectors.telegram.reading import take_text

NOTES: Mapping[str, str] = {
    "story": "They passed on a story, which Telegram does not show to bots",
    "paid_media": "They sent pictures or videos that must be paid for, which bots do not get",
    "game": "They sent a game",
    "giveaway": "They sent a giveaway",
    "invoice": "They passed on a bill",
    "successful_payment": "They have paid: look at the payment provider for the amount",
    "refunded_payment": "A payment was given back to them",
    "users_shared": "They chose a person in a menu of the bot's",
    "chat_shared": "They chose a chat in a menu of the bot's",
    "gift": "They sent a gift",
    "unique_gift": "They sent a gift",
}

# What people do to a chat, and Telegram tells in a message: nobody waits for an answer. All else that cannot
# be shown was said to us, also what a later Bot API brings. https://core.telegram.org/bots/api#message
ACTS = frozenset(
    {
        *("new_chat_members", "left_chat_member", "new_chat_title", "new_chat_photo", "delete_chat_photo"),
        *("group_chat_created", "supergroup_chat_created", "channel_chat_created", "pinned_message"),
        *("message_auto_delete_timer_changed", "migrate_to_chat_id", "migrate_from_chat_id"),
        *("chat_owner_changed", "chat_owner_left", "chat_background_set", "boost_added"),
        *("connected_website", "write_access_allowed", "passport_data", "proximity_alert_triggered"),
        *("successful_payment", "refunded_payment", "users_shared", "chat_shared"),
        *("gift", "unique_gift", "gift_upgrade_sent", "giveaway_created", "giveaway_completed"),
        *("forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened"),
        *("general_forum_topic_hidden", "general_forum_topic_unhidden"),
        *(
            "video_chat_scheduled",
            "video_chat_started",
            "video_chat_ended",
            "video_chat_participants_invited",
        ),
        *("checklist_tasks_done", "checklist_tasks_added", "poll_option_added", "poll_option_deleted"),
        *("direct_message_price_changed", "paid_message_price_changed", "managed_bot_created"),
        *("suggested_post_approved", "suggested_post_approval_failed", "suggested_post_declined"),
        *("suggested_post_paid", "suggested_post_refunded"),
    }
)


def is_act(message: telegram.Message) -> bool:
    """Tell whether a message says nothing: it tells what somebody did."""
    return any(getattr(message, name, None) for name in ACTS)


def read_own_words(message: telegram.Message) -> str:
    """Return what a message says, with the addresses that stand behind its words."""
    text = take_text(message.text or message.caption, limit=MAX_TEXT)
    return show_links(text, message.entities or message.caption_entities)


def show_links(text: str, entities: Iterable[telegram.MessageEntity]) -> str:
    """Return a text with the addresses that stand behind words; Telegram counts in UTF-16."""
    links = [each for each in entities if each.type == MessageEntityType.TEXT_LINK and each.url]
    raw = text.encode("utf-16-le", "surrogatepass")
    for link in sorted(links, key=lambda each: each.offset + each.length, reverse=True):
        start, end = 2 * link.offset, 2 * (link.offset + link.length)
        if raw[start:end].decode("utf-16-le", "replace").strip() != link.url and 0 <= start < end <= len(raw):
            raw = raw[:end] + f" ({link.url})".encode("utf-16-le", "replace") + raw[end:]
    return take_text(raw.decode("utf-16-le", "replace"), limit=MAX_TEXT)


def read_web_app(message: telegram.Message) -> tuple[str, JsonObject] | None:
    """Return what a web app that a button of ours has opened sends, and the button's title."""
    sent = message.web_app_data
    data = take_text(sent.data, limit=MAX_TEXT) if sent is not None else ""
    return (data, {"title": take_text(sent.button_text)}) if sent is not None and data.strip() else None


def read_surroundings(message: telegram.Message) -> JsonObject:
    """Return which message is answered, or which words of it, and from whom one was passed on."""
    found: dict[str, Json] = {}
    answered = message.reply_to_message
    if answered is not None and answered.forum_topic_created is None and not answered.is_automatic_forward:
        found["quoted"] = make_native_id(answered.chat.id, answered.message_id, get_connection(message))
    part = take_text(message.quote.text, limit=MAX_TEXT) if message.quote is not None else ""
    if part:
        found["quoted_text"] = part
    if message.forward_origin is not None:
        found["forwarded"] = name_origin(message.forward_origin) or True
    return found


def name_origin(origin: telegram.MessageOrigin) -> str:
    """Return who wrote a message that was passed on, empty where they do not want to be named."""
    match origin:
        case telegram.MessageOriginUser():
            return take_text(origin.sender_user.full_name)
        case telegram.MessageOriginHiddenUser():
            return take_text(origin.sender_user_name)
        case telegram.MessageOriginChat():
            return take_text(origin.sender_chat.title)
        case telegram.MessageOriginChannel():
            return take_text(origin.chat.title)
        case _:
            return ""


def explain(names: Iterable[str]) -> JsonObject:
    """Return a note on the first of a message's fields that is known and cannot be shown."""
    text = next((NOTES[name] for name in names if name in NOTES), "")
    return {"note": text} if text else {}


def explain_message(message: telegram.Message) -> JsonObject:
    """Return a note on what cannot be shown of a message, if anything."""
    return explain(name for name in NOTES if getattr(message, name, None) is not None)
